import { describe, expect, it } from 'vitest';
import { pushDown } from '../../../application/planning/push-down.ts';
import { parseFilter } from '../../../application/query-language/parse-filter.ts';
import { parsePipeline } from '../../../application/query-language/parse-pipeline.ts';
import type { Json } from '../../../domain/value/value.ts';
import { postgresqlDialect, renderPostgresql } from './postgresql-dialect.ts';
import { index } from './postgresql-test-database.ts';

const options = { path: 'filter', shortNames: true, extendedJson: false };
const byAge = index('age', { keys: [{ path: ['age'], kind: 1 }] });

function rendered(filter: Json, indexes = [byAge].slice(1)): unknown {
  const { native, residual } = pushDown(parseFilter(filter, options), postgresqlDialect, {
    collection: 'c',
    indexes,
  });
  expect(residual).toBeUndefined();
  if (native === undefined) return undefined;
  const { text, values } = renderPostgresql(native);
  return [text, values];
}

describe('the words of PostgreSQL', () => {
  it.each<[Json, unknown]>([
    [{ 'a.b': 5 }, ['(data @@ $1::jsonpath)', ['$."a"."b" == 5']]],
    [{ a: { $gte: 'x"y' } }, ['(data @@ $1::jsonpath)', ['$."a" >= "x\\"y"']]],
    [
      { a: { $in: [1, 'b', true] } },
      ['(data @@ $1::jsonpath)', ['$."a" == 1 || $."a" == "b" || $."a" == true']],
    ],
    [{ a: { $exists: true } }, ['(data @@ $1::jsonpath)', ['exists($."a")']]],
    [{ a: { $regex: '^ab\\.c' } }, ['(data @@ $1::jsonpath)', ['$."a" starts with "ab.c"']]],
    [{ a: { $ne: 5 } }, ['(((data @@ $1::jsonpath)) IS NOT TRUE)', ['$."a" == 5']]],
    [{ a: null }, ["COALESCE((data -> $1) @> 'null', TRUE)", ['a']]],
    [{ id: 'x' }, ['id = $1', ['x']]],
    [{ id: { $in: ['x', 'y"'] } }, ['id = ANY($1::text[])', ['{"x","y\\""}']]],
    [{ '_metadata.k': 1 }, ['(metadata @@ $1::jsonpath)', ['$."k" == 1']]],
  ])('%j', (filter, expected) => {
    expect(rendered(filter)).toEqual(expected);
  });

  it('use the order key of an index, and the elements of arrays beside it', () => {
    expect(rendered({ age: 5 }, [byAge])).toEqual([
      '((document_service.sort_key(data, $1::text[], 1) COLLATE "C") = $2 OR ((document_service.arrays_on(data, $3::text[]) = 1) AND (data @@ $4::jsonpath)))',
      ['{"age"}', '2c014000000000000', '{"age"}', '$."age" == 5'],
    ]);
  });

  it('never hold a value of the caller', () => {
    const evil = `evil' " \\ $1 -- /* ; [*] ?(@`;
    const filters: Json[] = [
      { [evil]: evil },
      { [evil]: { $gt: evil, $ne: [evil], $in: [evil, { [evil]: 1 }] } },
      { [evil]: { $elemMatch: { [evil]: { $regex: evil.replace(/[(*?[]/g, ''), $type: 'string' } } } },
      { [`${evil}.0.x`]: { $size: 3, $mod: [7, 3], $bitsAllSet: [1] } },
      { id: evil, '_metadata.evil': evil, created_at: { $lt: evil } },
    ];
    for (const filter of filters) {
      const pushed = pushDown(parseFilter(filter, options), postgresqlDialect, {
        collection: 'c',
        indexes: [byAge],
      });
      if (pushed.native !== undefined) expect(renderPostgresql(pushed.native).text).not.toContain('evil');
    }
    const stages = parsePipeline(
      [
        { $match: { [evil]: evil } },
        { $unwind: `$evil` },
        { $group: { _id: { evil: '$evil' }, evil: { $sum: '$evil.evil' } } },
      ],
      { ...options, path: 'pipeline' },
    );
    const pipeline = postgresqlDialect.pipeline?.(stages, { collection: 'c', indexes: [] });
    expect(pipeline?.stages).toBe(3);
    if (pipeline !== undefined) expect(renderPostgresql(pipeline.native).text).not.toContain('evil');
  });
});
