import type { TypeName } from '../query/filter.ts';
import { typeOf } from '../value/value-type.ts';
import type { ValueTest } from './match-path.ts';

/** Whether a value is of one of the types; missing is of none. */
export function compileTypes(names: readonly TypeName[]): ValueTest {
  const types = new Set<TypeName>(names);
  if (types.has('number')) for (const type of ['int', 'long', 'double', 'decimal'] as const) types.add(type);
  return (value) => value !== undefined && types.has(typeOf(value));
}
