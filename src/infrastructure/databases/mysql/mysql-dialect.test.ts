import { describe, expect, it } from 'vitest';
import { pushDown } from '../../../application/planning/push-down.ts';
import { parseFilter } from '../../../application/query-language/parse-filter.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import type { Json } from '../../../domain/value/value.ts';
import { renderSql } from '../sql/render-sql.ts';
import { identifier } from '../sql/sql-fragment.ts';
import { mysqlDialect } from './mysql-dialect.ts';
import { index } from './mysql-test-database.ts';

const options = { path: 'filter', shortNames: true, extendedJson: false };
const byAge: IndexDefinition = { ...index('age', { keys: [{ path: ['age'], kind: 1 }] }), ...{ number: 7 } };
const numeric = "'INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL'";

function pushed(filter: Json, indexes: readonly IndexDefinition[] = [], tables = true) {
  return pushDown(
    parseFilter(filter, options),
    mysqlDialect({ tables, tableOf: (name) => identifier(name, '`') }),
    { collection: 'c', indexes },
  );
}

function rendered(filter: Json, indexes: readonly IndexDefinition[] = []): unknown {
  const { native, residual } = pushed(filter, indexes);
  expect(residual).toBeUndefined();
  if (native === undefined) return undefined;
  const { text, values } = renderSql(native);
  return [text, values];
}

describe('the words of MySQL', () => {
  it.each<[Json, unknown]>([
    [
      { 'a.b': 5 },
      [
        'JSON_OVERLAPS(JSON_EXTRACT(data, ?, ?, ?, ?), CAST(? AS JSON))',
        ['$."a"."b"', '$."a"[*]."b"', '$."a"."b"[*]', '$."a"[*]."b"[*]', '[5]'],
      ],
    ],
    [{ a: { $exists: true } }, ["JSON_CONTAINS_PATH(data, 'one', ?)", ['$."a"']]],
    [
      { a: null },
      [
        '(JSON_EXTRACT(data, ?) IS NULL OR JSON_OVERLAPS(JSON_EXTRACT(data, ?, ?), CAST(? AS JSON)))',
        ['$."a"', '$."a"', '$."a"[*]', '[null]'],
      ],
    ],
    [{ id: 'x' }, ['id = ?', ['x']]],
    [{ id: { $in: ['x', 'y"'] } }, ['id IN (?, ?)', ['x', 'y"']]],
    [{ id: 5 }, ['FALSE', []]],
    [{ _version: { $gt: 1 } }, ['version > CAST(? AS DOUBLE)', [1]]],
    [
      { '_metadata.k': 1 },
      ['JSON_OVERLAPS(JSON_EXTRACT(metadata, ?, ?), CAST(? AS JSON))', ['$."k"', '$."k"[*]', '[1]']],
    ],
    [
      { a: { $ne: 5 } },
      [
        '((JSON_OVERLAPS(JSON_EXTRACT(data, ?, ?), CAST(? AS JSON))) IS NOT TRUE)',
        ['$."a"', '$."a"[*]', '[5]'],
      ],
    ],
    [
      { a: { $size: 2 } },
      [
        "(JSON_TYPE(JSON_EXTRACT(data, ?)) IN ('ARRAY') AND JSON_LENGTH(JSON_EXTRACT(data, ?)) = ?)",
        ['$."a"', '$."a"', 2],
      ],
    ],
  ])('%j', (filter, expected) => {
    expect(rendered(filter)).toEqual(expected);
  });

  it('looks at elements of arrays only where there are some', () => {
    expect(rendered({ a: { $gt: 5 } })).toEqual([
      `((JSON_TYPE(JSON_EXTRACT(data, ?)) IN (${numeric}) AND JSON_EXTRACT(data, ?) > CAST(? AS JSON)) OR (JSON_CONTAINS_PATH(data, 'one', ?) AND EXISTS (SELECT 1 FROM JSON_TABLE(JSON_EXTRACT(data, ?), '$[*]' COLUMNS (v JSON PATH '$')) e1 WHERE (JSON_TYPE(COALESCE(e1.v, CAST('null' AS JSON))) IN (${numeric}) AND COALESCE(e1.v, CAST('null' AS JSON)) > CAST(? AS JSON)))))`,
      ['$."a"', '$."a"', '5', '$."a"[*]', '$."a"[*]', '5'],
    ]);
  });

  it('uses the columns of an index, and the general condition where they do not say all', () => {
    expect(rendered({ age: 5 }, [byAge])).toEqual([
      '((`$7_x` = 0 AND `$7_0r` = 2 AND `$7_0n` = CAST(? AS DOUBLE)) OR (`$7_x` = 1 AND JSON_OVERLAPS(JSON_EXTRACT(data, ?, ?), CAST(? AS JSON))))',
      [5, '$."age"', '$."age"[*]', '[5]'],
    ]);
    expect(pushed({ age: 5 }, [byAge]).index).toBe('age');
  });

  it('without tables leaves documents with arrays to the service', () => {
    const { native, residual } = pushed({ a: { $gt: 5 } }, [], false);
    expect(native && renderSql(native).text).not.toContain('JSON_TABLE');
    expect(residual).toEqual({ kind: 'compare', path: ['a'], op: 'gt', value: 5 });
    expect(pushed({ a: { $in: [1, 'x', null] } }, [], false).residual).toBeUndefined();
  });

  it('never holds a value of the caller', () => {
    const evil = `evil' " \\ $1 -- /* ; [*] ?(@\``;
    const filters: Json[] = [
      { [evil]: evil },
      { [evil]: { $gt: evil, $ne: [evil], $in: [evil, { [evil]: 1 }] } },
      { [evil]: { $elemMatch: { [evil]: { $type: 'string' } } } },
      { [`${evil}.0.x`]: { $size: 3, $mod: [7, 3], $bitsAllSet: [1] } },
      { id: evil, '_metadata.evil': evil, created_at: { $lt: evil } },
      { age: evil },
    ];
    for (const filter of filters) {
      const { native } = pushed(filter, [byAge]);
      expect(native && renderSql(native).text).not.toContain('evil');
    }
  });
});
