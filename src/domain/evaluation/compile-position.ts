import { ServiceError } from '../errors.ts';
import type { Filter, Leaf, LeafKind } from '../query/filter.ts';
import { type Path, pathToString } from '../query/path.ts';
import type { Value, ValueObject } from '../value/value.ts';
import { isArray, isObject, ownField } from '../value/value-type.ts';
import { compileElement, compileValueTest } from './compile-filter.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { matchPath, type ValueTest } from './match-path.ts';

/** The index of the array element that made the filter hold, for a document that matches; undefined: none did. */
export type Position = (document: ValueObject) => number | undefined;

/**
 * What the positional `$` of a projection refers to. As in MongoDB the last condition of a conjunction that looked into an
 * array counts, in the order of its planner; disjunctions and negations say nothing, but a choice of values of one field
 * does. https://www.mongodb.com/docs/manual/reference/operator/projection/positional/
 */
export function compilePosition(filter: Filter, context: EvaluationContext): Position {
  switch (filter.kind) {
    case 'and': {
      const parts = filter.of.toSorted((a, b) => planRank(a) - planRank(b));
      const positions = parts.map((part) => compilePosition(part, context)).reverse();
      return (document) => firstDefined(positions, document);
    }
    case 'or':
      return compileChoice(filter.of, context);
    case 'compare':
    case 'in':
    case 'type':
    case 'regex':
    case 'mod':
    case 'bits':
      return elementPosition(
        filter.path,
        compileValueTest(filter, context),
        compileValueTest(filter, context),
      );
    case 'exists':
      return elementPosition(
        filter.path,
        () => false,
        (value) => value !== undefined,
      );
    case 'elemMatch': {
      const element = compileElement(filter, context);
      return elementPosition(filter.path, element, (value) => isArray(value) && value.some(element));
    }
    case 'collated':
      // Its parts compare otherwise than `compileValueTest` does.
      throw new ServiceError('UNSUPPORTED_OPERATION', 'a collation goes with no positional $', {
        capability: 'collation',
      });
    default:
      return () => undefined;
  }
}

function firstDefined(positions: readonly Position[], document: ValueObject): number | undefined {
  for (const position of positions) {
    const index = position(document);
    if (index !== undefined) return index;
  }
  return undefined;
}

/** `or` over equalities with the same field is what `$in` is. */
function compileChoice(parts: readonly Filter[], context: EvaluationContext): Position {
  const leaves = parts.filter((part) => part.kind === 'in' || part.kind === 'regex' || isEquality(part));
  const [first] = leaves;
  const path = first === undefined ? '' : pathToString(first.path);
  if (first === undefined || leaves.length < parts.length) return () => undefined;
  if (leaves.some((leaf) => pathToString(leaf.path) !== path)) return () => undefined;
  const tests = leaves.map((leaf) => compileValueTest(leaf, context));
  const any = (value: Value | undefined) => tests.some((test) => test(value));
  return elementPosition(first.path, any, any);
}

function isEquality(part: Filter): part is Extract<Leaf, { readonly kind: 'compare' }> {
  return part.kind === 'compare' && part.op === 'eq';
}

/**
 * Of the first array on the path, the first element that satisfies the condition: `element` is asked when the array is
 * at the end of the path, `below` of what the rest of the path reaches in an element.
 */
function elementPosition(path: Path, element: ValueTest, below: ValueTest): Position {
  const tests = path.map((_, depth) => {
    const rest = path.slice(depth + 1);
    if (rest.length === 0) return element;
    const test = matchPath(rest, 'expand', below);
    return (value: Value | undefined) => isObject(value) && test(value);
  });
  return (document) => {
    let value: Value | undefined = document;
    for (const [depth, name] of path.entries()) {
      value = isObject(value) ? ownField(value, name) : undefined;
      if (isArray(value)) {
        const index = value.findIndex(tests[depth] ?? element);
        return index < 0 ? undefined : index;
      }
    }
    return undefined;
  };
}

/** The order in which MongoDB evaluates the parts of a conjunction. */
function planRank(filter: Filter): number {
  if (filter.kind === 'compare') return rankOfComparison[filter.op];
  return filter.kind in rankOfKind ? (rankOfKind[filter.kind] ?? 0) : 0;
}

const rankOfComparison = { eq: 3, lte: 4, lt: 5, gt: 6, gte: 7 } as const;
const rankOfKind: Readonly<Partial<Record<Filter['kind'] | LeafKind, number>>> = {
  elemMatch: 1,
  size: 2,
  regex: 8,
  mod: 9,
  exists: 10,
  in: 11,
  bits: 12,
  not: 13,
  type: 14,
};
