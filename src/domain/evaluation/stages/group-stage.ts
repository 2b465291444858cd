import type { AccumulatorField, PipelineDocument } from '../../query/stage.ts';
import type { Value } from '../../value/value.ts';
import type { Accumulator } from '../accumulators/accumulator.ts';
import { compileAccumulators } from '../accumulators/compile-accumulators.ts';
import type { Variables } from '../compile-expression.ts';
import { compileExpression } from '../compile-expression.ts';
import { documentScope } from '../document-scope.ts';
import { boundedObject } from '../expressions/bounded-values.ts';
import { Held } from '../held.ts';
import { KeyedMap } from '../keyed-map.ts';
import { type MutableObject, setField } from '../set-field.ts';
import type { Chunks } from './chunks.ts';
import type { StageCompiler, StageContext } from './stage-runner.ts';

export interface Group {
  readonly id: Value;
  readonly accumulators: readonly Accumulator[];
}

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/group/ */
export const compileGroup: StageCompiler<'group'> = (stage, context) => {
  const evaluate = compileExpression(stage.id, context);
  const grouping = compileGrouping(stage.fields, context);
  return async function* (input) {
    const groups = await grouping.collect(input, (scope) => evaluate(scope) ?? null);
    yield* grouping.answer(groups);
  };
};

export interface Grouping {
  /** Puts every document into the group of its key. */
  readonly collect: (input: Chunks, keyOf: (scope: Variables) => Value) => Promise<readonly Group[]>;
  /** One document per group. */
  readonly answer: (groups: readonly Group[]) => Chunks;
}

/** What `$group`, `$bucket` and `$sortByCount` share. Groups and what their arrays keep are bounded. */
export function compileGrouping(fields: readonly AccumulatorField[], context: StageContext): Grouping {
  const held = new Held(context.maxDocuments);
  const start = compileAccumulators(fields, context, held);
  const bind = documentScope(context);
  return {
    collect: async (input, keyOf) => {
      const groups: Group[] = [];
      const byKey = new KeyedMap<Group>();
      for await (const chunk of input) {
        context.budget.spend(chunk.length);
        for (const document of chunk) {
          const scope = bind(document);
          const key = keyOf(scope);
          let group = byKey.get(key);
          if (group === undefined) {
            held.add(1);
            group = { id: key, accumulators: start(key) };
            byKey.set(key, group);
            groups.push(group);
          }
          for (const accumulator of group.accumulators) accumulator.add(scope);
        }
      }
      return groups;
    },
    answer: async function* (groups) {
      for (let i = 0; i < groups.length; i += answerLength) {
        yield groups.slice(i, i + answerLength).map((group) => toDocument(group, fields, context));
        await context.pace.rest();
      }
    },
  };
}

const answerLength = 512;

/** The group's document, no larger than a document may be. */
export function toDocument(
  group: Group,
  fields: readonly AccumulatorField[],
  context: StageContext,
): PipelineDocument {
  const result: MutableObject = { _id: group.id };
  fields.forEach(({ name }, i) => {
    const value = group.accumulators[i]?.value();
    if (value !== undefined) setField(result, name, value);
  });
  return boundedObject(result, context);
}
