import type { Accumulator } from '../accumulators/accumulator.ts';
import { isNumeric, makeDouble, numberOf } from '../expressions/numbers.ts';
import { overFrames } from './over-frames.ts';
import type { WindowCompiler } from './window-function.ts';

/** Of the rows where both arguments are numbers; null of none, and for a sample of fewer than two. */
export function compileCovariance(of: 'population' | 'sample'): WindowCompiler {
  return overFrames((call) => {
    const { x, y } = call.args;
    return (): Accumulator => {
      let count = 0;
      let meanX = 0;
      let meanY = 0;
      let products = 0;
      return {
        add: (scope) => {
          const a = x?.(scope);
          const b = y?.(scope);
          if (!isNumeric(a) || !isNumeric(b)) return;
          count++;
          const distance = numberOf(a) - meanX;
          meanX += distance / count;
          meanY += (numberOf(b) - meanY) / count;
          products += distance * (numberOf(b) - meanY);
        },
        value: () => {
          const divisor = of === 'population' ? count : count - 1;
          return divisor < 1 ? null : makeDouble(products / divisor);
        },
      };
    };
  });
}
