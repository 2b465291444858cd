import { isNumeric, numberOf } from '../expressions/numbers.ts';
import { column, type WindowCompiler } from './window-function.ts';

/** The value of the row that stands `by` rows further on; `default` beyond the partition's ends. */
export const compileShift: WindowCompiler = (call) => (rows) => {
  const values = column(call, 'output', rows);
  const [distance] = column(call, 'by', rows);
  const [missing = null] = column(call, 'default', rows);
  const by = isNumeric(distance) ? numberOf(distance) : 0;
  return values.map((_, i) => (i + by >= 0 && i + by < values.length ? (values[i + by] ?? null) : missing));
};
