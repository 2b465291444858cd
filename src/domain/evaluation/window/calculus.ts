import { ServiceError } from '../../errors.ts';
import type { Value } from '../../value/value.ts';
import { isNumeric, makeDouble, numberOf } from '../expressions/numbers.ts';
import { type Frame, framesOf } from './frames.ts';
import { column, type Rows, type WindowCall, type WindowCompiler } from './window-function.ts';

/** A row as a point: its sort value, in units where the operator has one, and its input. */
interface Point {
  readonly x: number;
  /** Undefined where the input is null or missing. */
  readonly y: number | undefined;
}

/** The slope between the ends of each row's window; null where it has fewer than two rows. */
export const compileDerivative: WindowCompiler = (call) => overPoints(call, slope);

/** The area under each row's window, by trapezoids. */
export const compileIntegral: WindowCompiler = (call) => overPoints(call, area);

function overPoints(
  call: WindowCall,
  answer: (points: readonly Point[], frame: Frame, call: WindowCall) => Value,
) {
  return (rows: Rows): readonly Value[] => {
    const inputs = column(call, 'input', rows);
    const points = rows.map(
      (row, i): Point => ({ x: axisValue(row.key[0], call), y: inputNumber(inputs[i], call) }),
    );
    return framesOf(rows, call).map((frame) => answer(points, frame, call));
  };
}

function slope(points: readonly Point[], frame: Frame): Value {
  const first = points[frame.low];
  const last = points[frame.high - 1];
  if (first === undefined || last === undefined || frame.high - frame.low < 2 || last.x === first.x)
    return null;
  if (last.y === undefined || first.y === undefined) return null;
  return makeDouble((last.y - first.y) / (last.x - first.x));
}

function area(points: readonly Point[], frame: Frame, call: WindowCall): Value {
  if (frame.high <= frame.low) return null;
  call.context.budget.spend(frame.high - frame.low);
  let sum = 0;
  for (let i = frame.low + 1; i < frame.high; i++) {
    const a = points[i - 1];
    const b = points[i];
    if (a?.y !== undefined && b?.y !== undefined) sum += ((a.y + b.y) / 2) * (b.x - a.x);
  }
  return makeDouble(sum);
}

const unitMilliseconds: ReadonlyMap<string, number> = new Map([
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
  ['millisecond', 1],
]);

function axisValue(value: Value | undefined, call: WindowCall): number {
  if (call.unit === undefined && isNumeric(value)) return numberOf(value);
  if (call.unit !== undefined && value instanceof Date)
    return value.getTime() / (unitMilliseconds.get(call.unit) ?? 1);
  throw pointError(call, call.unit === undefined ? 'numbers to sort by, or a unit' : 'dates to sort by');
}

function inputNumber(value: Value | undefined, call: WindowCall): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (isNumeric(value)) return numberOf(value);
  if (value instanceof Date) return value.getTime();
  throw pointError(call, 'numbers');
}

function pointError(call: WindowCall, needs: string): ServiceError {
  return new ServiceError('INVALID_REQUEST', `${call.name} needs ${needs}`, { operator: call.name });
}
