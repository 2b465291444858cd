import { ServiceError } from '../../errors.ts';
import type { Expression } from '../../query/expression.ts';
import type { Sort } from '../../query/sort.ts';
import type { PipelineDocument } from '../../query/stage.ts';
import type { Value } from '../../value/value.ts';
import { isArray } from '../../value/value-type.ts';
import { compareValues } from '../compare-values.ts';
import { compileExpression } from '../compile-expression.ts';
import { documentScope } from '../document-scope.ts';
import { KeyedMap } from '../keyed-map.ts';
import type { Chunk } from './chunks.ts';
import { type Keyed, sortDocuments } from './sort-stage.ts';
import type { StageContext } from './stage-runner.ts';

/** Documents by the value of an expression, the partitions in order of that value, each in the order of `sort`. */
export function compilePartitions(
  by: Expression | undefined,
  sort: Sort,
  context: StageContext,
): (documents: Chunk) => Promise<readonly (readonly Keyed[])[]> {
  const evaluate = by === undefined ? () => null : compileExpression(by, context);
  const bind = documentScope(context);
  return async (documents) => {
    const partitions = new KeyedMap<PipelineDocument[]>();
    const keys: { readonly key: Value; readonly members: PipelineDocument[] }[] = [];
    for (const document of documents) {
      const key = evaluate(bind(document)) ?? null;
      if (isArray(key)) throw new ServiceError('INVALID_REQUEST', 'a partition key may not be an array');
      const members = partitions.get(key);
      if (members === undefined) {
        const first = [document];
        partitions.set(key, first);
        keys.push({ key, members: first });
      } else members.push(document);
    }
    keys.sort((a, b) => compareValues(a.key, b.key));
    const sorted: (readonly Keyed[])[] = [];
    for (const { members } of keys) sorted.push(await sortDocuments(members, sort, context));
    return sorted;
  };
}
