import type { TypeName } from '../../domain/query/filter.ts';

/** BSON's type numbers with their names: what `$type` takes. */
const names: readonly (readonly [number, TypeName])[] = [
  [1, 'double'],
  [2, 'string'],
  [3, 'object'],
  [4, 'array'],
  [5, 'binData'],
  [6, 'undefined'],
  [7, 'objectId'],
  [8, 'bool'],
  [9, 'date'],
  [10, 'null'],
  [11, 'regex'],
  [12, 'dbPointer'],
  [13, 'javascript'],
  [14, 'symbol'],
  [15, 'javascriptWithScope'],
  [16, 'int'],
  [17, 'timestamp'],
  [18, 'long'],
  [19, 'decimal'],
  [-1, 'minKey'],
  [127, 'maxKey'],
];

const byNumber: ReadonlyMap<number, TypeName> = new Map(names);
const byName: ReadonlyMap<string, TypeName> = new Map([
  ...names.map(([, name]) => [name, name] as const),
  ['number', 'number'] as const,
]);

/** The type of a number or name, as MongoDB's `$type` takes them; undefined for anything else. */
export function typeNameOf(source: unknown): TypeName | undefined {
  if (typeof source === 'number') return byNumber.get(source);
  return typeof source === 'string' ? byName.get(source) : undefined;
}
