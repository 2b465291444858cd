import { describe, expect, test } from 'vitest';
import { parsePipeline } from '../../../application/query-language/parse-pipeline.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import type { Json } from '../../../domain/value/value.ts';
import { renderSql } from '../sql/render-sql.ts';
import { identifier } from '../sql/sql-fragment.ts';
import { mysqlDialect } from './mysql-dialect.ts';
import { index } from './mysql-test-database.ts';

const byAge: IndexDefinition = { ...index('age', { keys: [{ path: ['age'], kind: 1 }] }), ...{ number: 7 } };

/** How many leading stages run natively, and as what. */
function planned(source: readonly Json[], tables = true) {
  const dialect = mysqlDialect({ tables, tableOf: (name) => identifier(name, '`') });
  const stages = parsePipeline(source, { path: 'pipeline', shortNames: false, extendedJson: false });
  const plan = dialect.pipeline?.(stages, { collection: 'c', indexes: [byAge] });
  return { stages: plan?.stages ?? 0, text: plan === undefined ? '' : renderSql(plan.native).text };
}

const match = { $match: { 'a.b': { $gt: 1 } } };

describe('what of a pipeline MySQL runs', () => {
  const natively: readonly (readonly [string, readonly Json[], number])[] = [
    ['filters and a count', [match, { $count: 'n' }], 2],
    ['all simple accumulators', [match, { $group: group('$a.b') }], 2],
    ['elements of arrays', [{ $unwind: '$tags' }, { $sortByCount: '$tags' }], 2],
    ['elements in the order of documents', [{ $sort: { _id: 1 } }, { $unwind: '$t' }, { $limit: 2 }], 3],
    [
      'fields kept and left out',
      [{ $project: { a: 1 } }, { $unset: 'b' }, { $match: { a: 1 } }, { $count: 'n' }],
      4,
    ],
    ['a page in the order of an index', [match, { $sort: { age: 1 } }, { $skip: 1 }, { $limit: 2 }], 4],
    [
      'a page in another order',
      [{ $sort: { 'a.b': -1, c: 1 } }, { $limit: 2 }, { $group: { _id: '$a' } }],
      2,
    ],
    ['buckets with a default', [{ $bucket: { groupBy: '$a', boundaries: [0, 5], default: 'x' } }], 1],
  ];
  test.each(natively)('%s', (_, source, stages) => {
    expect(planned(source).stages).toBe(stages);
  });

  const inService: readonly (readonly [string, readonly Json[]])[] = [
    ['a filter of which MySQL keeps more', [{ $match: { a: { $regex: 'x' } } }, { $count: 'n' }]],
    ['a value that three names lead to', [{ $group: { _id: '$a.b.c' } }]],
    ['a computed value', [{ $group: { _id: { $toLower: '$a' } } }]],
    ['which document is greatest', [{ $group: { _id: null, m: { $max: '$$ROOT' } } }]],
    ['buckets that refuse what is outside', [{ $bucket: { groupBy: '$a', boundaries: [0, 5] } }]],
    [
      'an order by fields before a group',
      [{ $sort: { a: 1 } }, { $group: { _id: null, f: { $first: '$a' } } }],
    ],
  ];
  test.each(inService)('not %s', (_, source) => {
    expect(planned(source).stages).toBe(0);
  });

  test('behind a limit the columns of indexes are gone', () => {
    const { stages, text } = planned([{ $limit: 5 }, { $match: { age: 3 } }, { $count: 'n' }]);
    expect(stages).toBe(3);
    expect(text).not.toContain('$7_');
  });

  test('shards answer pages alone', () => {
    expect(planned([{ $sort: { _id: 1 } }, { $limit: 2 }], false).stages).toBe(2);
    expect(planned([{ $sort: { b: 1 } }, { $limit: 2 }], false).stages).toBe(0);
    expect(planned([{ $group: { _id: '$a' } }], false).stages).toBe(0);
  });

  test('no value of the caller stands in the text', () => {
    const hostile = 'x\'`"; DROP TABLE c';
    const { text } = planned([
      { $unwind: { path: `$${hostile}`, includeArrayIndex: hostile } },
      { $group: { _id: { [hostile]: `$${hostile}` }, [hostile]: { $push: { $literal: hostile } } } },
    ]);
    expect(text).toContain('GROUP BY');
    expect(text).not.toContain('DROP TABLE');
  });
});

function group(id: string): Json {
  const operators = ['$sum', '$avg', '$min', '$max', '$first', '$last', '$push', '$addToSet'];
  const fields = operators.map((operator) => [operator.slice(1), { [operator]: '$x' }]);
  return { _id: id, count: { $count: {} }, ...Object.fromEntries(fields) };
}
