import type { Value } from '../../value/value.ts';
import { isArray, isObject } from '../../value/value-type.ts';
import type { Accumulator, AccumulatorCompiler } from '../accumulators/accumulator.ts';
import { type Frame, framesOf } from './frames.ts';
import type { Rows, WindowCall, WindowCompiler } from './window-function.ts';

/**
 * An accumulator over each row's window. Where windows only grow (`unbounded` to somewhere), one accumulator goes along;
 * otherwise each distinct window is gathered anew, at a step of the budget per row in it.
 */
export function overFrames(compile: AccumulatorCompiler): WindowCompiler {
  return (call) => {
    const start = compile(call);
    return (rows) => {
      if (rows.length === 0) return [];
      const begin = () => start(new Map(call.context.variables).set('ROOT', {}).set('CURRENT', {}));
      const frames = framesOf(rows, call);
      const growing = frames.every((frame, i) => frame.low === 0 && frame.high >= (frames[i - 1]?.high ?? 0));
      return growing ? growingValues(rows, frames, begin(), call) : separateValues(rows, frames, begin, call);
    };
  };
}

function growingValues(
  rows: Rows,
  frames: readonly Frame[],
  accumulator: Accumulator,
  call: WindowCall,
): readonly (Value | undefined)[] {
  let taken = 0;
  let value: Value | undefined;
  return frames.map((frame, i) => {
    const grows = frame.high > taken || i === 0;
    taken = gather(accumulator, rows, taken, frame.high, call);
    if (!grows) return value;
    value = accumulator.value();
    call.held.add(sizeOf(value));
    return value;
  });
}

/** How much of what an accumulator gathered is in its answer: every row gets a copy. */
function sizeOf(value: Value | undefined): number {
  if (isArray(value)) return value.length;
  return isObject(value) ? Object.keys(value).length : 0;
}

function separateValues(
  rows: Rows,
  frames: readonly Frame[],
  begin: () => Accumulator,
  call: WindowCall,
): readonly (Value | undefined)[] {
  return frames.map((frame) => {
    const accumulator = begin();
    gather(accumulator, rows, frame.low, frame.high, call);
    return accumulator.value();
  });
}

function gather(accumulator: Accumulator, rows: Rows, from: number, to: number, call: WindowCall): number {
  call.context.budget.spend(Math.max(1, to - from));
  for (let i = from; i < to; i++) {
    const row = rows[i];
    if (row !== undefined) accumulator.add(call.bind(row));
  }
  return Math.max(from, to);
}
