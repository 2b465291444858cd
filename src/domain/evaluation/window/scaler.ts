import { ServiceError } from '../../errors.ts';
import type { Value } from '../../value/value.ts';
import { isNumeric, makeDouble, numberOf } from '../expressions/numbers.ts';
import { framesOf } from './frames.ts';
import { column, type WindowCompiler } from './window-function.ts';

/** Where a row's number stands between the least and the greatest of its window, scaled to `min`…`max`. */
export const compileScaler: WindowCompiler = (call) => (rows) => {
  const numbers = column(call, 'input', rows).map((value) => {
    if (isNumeric(value)) return numberOf(value);
    throw new ServiceError('INVALID_REQUEST', '$minMaxScaler takes numbers only', {
      operator: '$minMaxScaler',
    });
  });
  const [low] = column(call, 'min', rows);
  const [high] = column(call, 'max', rows);
  const from = isNumeric(low) ? numberOf(low) : 0;
  const to = isNumeric(high) ? numberOf(high) : 1;
  return framesOf(rows, call).map((frame, i): Value => {
    call.context.budget.spend(frame.high - frame.low);
    let least = Infinity;
    let greatest = -Infinity;
    for (let k = frame.low; k < frame.high; k++) {
      least = Math.min(least, numbers[k] ?? least);
      greatest = Math.max(greatest, numbers[k] ?? greatest);
    }
    if (least >= greatest) return makeDouble(from);
    return makeDouble(from + (((numbers[i] ?? 0) - least) / (greatest - least)) * (to - from));
  });
};
