import { compileAccumulators } from '../../../domain/evaluation/accumulators/compile-accumulators.ts';
import { canonicalKey } from '../../../domain/evaluation/canonical-key.ts';
import { compileExpression } from '../../../domain/evaluation/compile-expression.ts';
import { documentScope } from '../../../domain/evaluation/document-scope.ts';
import { EvaluationBudget, type EvaluationContext } from '../../../domain/evaluation/evaluation-context.ts';
import { Held } from '../../../domain/evaluation/held.ts';
import { type MutableObject, setField } from '../../../domain/evaluation/set-field.ts';
import type { PipelineDocument } from '../../../domain/query/stage.ts';
import type { Json, Value, ValueObject } from '../../../domain/value/value.ts';
import type { SqlClosure } from '../sql/sql-fragment.ts';

/** Values that one group may keep (`$push`, `$addToSet`). */
const mostHeld = 100_000;
const groupingSteps = 500_000_000;

type Accumulators = ReturnType<ReturnType<typeof compileAccumulators>>;

export interface GroupState {
  readonly id: Value;
  readonly accumulators: Accumulators;
}

/** A `$group` while SQLite brings the rows group by group: the domain's own accumulators, one group at a time. */
export interface Grouping {
  /** A key that is the same for equal ids, for ids that SQL cannot compare itself. */
  readonly key: (fields: readonly unknown[]) => Uint8Array;
  readonly add: (group: GroupState | undefined, fields: readonly unknown[]) => GroupState;
  readonly result: (group: GroupState) => PipelineDocument;
}

const utf8 = new TextEncoder();

export function compileGrouping(closure: Extract<SqlClosure, { kind: 'group' }>, deadline: number): Grouping {
  const context: EvaluationContext = {
    now: new Date(),
    budget: new EvaluationBudget(groupingSteps, deadline),
  };
  const idOf = compileExpression(closure.id, context);
  const start = compileAccumulators(closure.accumulators, context, new Held(mostHeld));
  const bind = documentScope(context);
  const scopeOf = (fields: readonly unknown[]) => bind(toDocument(closure.fields, fields));
  return {
    // A blob above all comparison keys, so that the two never meet.
    key: (fields) => utf8.encode(`\u0007${canonicalKey(idOf(scopeOf(fields)) ?? null)}`),
    add: (group, fields) => {
      const scope = scopeOf(fields);
      const id = group === undefined ? (idOf(scope) ?? null) : group.id;
      const state = group ?? { id, accumulators: start(id) };
      for (const accumulator of state.accumulators) accumulator.add(scope);
      return state;
    },
    result: ({ id, accumulators }) => {
      const document: MutableObject = { _id: id };
      closure.accumulators.forEach(({ name }, i) => {
        const value = accumulators[i]?.value();
        if (value !== undefined) setField(document, name, value);
      });
      return document;
    },
  };
}

/** The part of the flat view that the expressions look at. */
function toDocument(names: readonly string[], fields: readonly unknown[]): ValueObject {
  const document: MutableObject = {};
  names.forEach((name, i) => {
    const json = fields[i];
    if (typeof json === 'string') setField(document, name, JSON.parse(json) as Json);
  });
  return document;
}
