import { describe, expect, it } from 'vitest';
import { parsePipeline } from '../../../application/query-language/parse-pipeline.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import { elasticsearchDialect } from './elasticsearch-dialect.ts';

const context = { collection: 'c', indexes: [] };

function plan(
  ...source: readonly JsonObject[]
): { readonly stages: number; readonly native: Json } | undefined {
  const stages = parsePipeline(source, { path: 'pipeline', shortNames: false, extendedJson: false });
  const planned = elasticsearchDialect.pipeline?.(stages, context);
  return planned && { stages: planned.stages, native: elasticsearchDialect.explain(planned.native) };
}

const match = { $match: { a: 1 } };

describe('the stages that one search answers', () => {
  it('are filters, a sort and a cut, the last as far as the cut bounds what is read', () => {
    expect(plan(match, { $sort: { _id: -1 } }, { $skip: 2 }, { $limit: 3 }, { $set: { b: 1 } })).toEqual({
      stages: 4,
      native: { query: { term: { tokens: 'a ?' } }, sort: [{ id: 'desc' }], skip: 2, limit: 3 },
    });
    expect(plan({ $limit: 5 }, { $skip: 2 }, { $limit: 9 })?.native).toMatchObject({ skip: 2, limit: 3 });
  });

  it('may end in a count', () => {
    expect(plan(match, { $limit: 4 }, { $count: 'n' }, { $set: { b: 1 } })).toEqual({
      stages: 3,
      native: { query: { term: { tokens: 'a ?' } }, limit: 4, count: 'n' },
    });
  });

  it('end where the tokens do not tell, and where a cut came before', () => {
    expect(plan({ $match: { a: { $mod: [2, 1] } } }, { $count: 'n' })).toBeUndefined();
    expect(plan(match, { $set: { b: 1 } }, { $limit: 1 })).toBeUndefined();
    expect(plan({ $sort: { a: 1 } }, { $limit: 1 })).toBeUndefined();
    expect(plan({ $limit: 3 }, match, { $count: 'n' })?.stages).toBe(1);
    expect(plan({ $limit: 3 }, { $sort: { _id: 1 } })?.stages).toBe(1);
  });
});
