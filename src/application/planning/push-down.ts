import { assertNever } from '../../domain/assert-never.ts';
import type { Filter } from '../../domain/query/filter.ts';
import type { Dialect, PlanContext } from '../ports/dialect.ts';

/** A filter in two parts: what the database runs, and what is left for the service. Both hold, or the filter does not. */
export interface PushedFilter<N> {
  /** Undefined: the database returns every document. */
  readonly native: N | undefined;
  /** Undefined: nothing is left over, `native` is the filter exactly. */
  readonly residual: Filter | undefined;
  /** The index that bounds what the database reads, when the dialect knows one. */
  readonly index: string | undefined;
}

/**
 * Splits a filter. Pure. `and` may leave parts to the residual, `or` needs every branch, `not` needs an exact part:
 * a superset negated is no superset (the guard that Calcite's PredicateAnalyzer lacks).
 */
export function pushDown<N>(filter: Filter, dialect: Dialect<N>, context: PlanContext): PushedFilter<N> {
  const { maxConditions: most = Number.POSITIVE_INFINITY } = dialect;
  if (countLeaves(filter) <= most) return pushPart(filter, dialect, context);
  return filter.kind === 'and' ? pushLeading(filter.of, most, dialect, context) : leftOver(filter);
}

/** The leading parts of a conjunction that one statement can hold. */
function pushLeading<N>(
  parts: readonly Filter[],
  most: number,
  dialect: Dialect<N>,
  context: PlanContext,
): PushedFilter<N> {
  let leaves = 0;
  const beyond = parts.findIndex((part) => {
    leaves += countLeaves(part);
    return leaves > most;
  });
  const pushed = pushAnd(parts.slice(0, beyond), dialect, context);
  const rest = parts.slice(beyond);
  return {
    ...pushed,
    residual: { kind: 'and', of: pushed.residual === undefined ? rest : [pushed.residual, ...rest] },
  };
}

function countLeaves(filter: Filter): number {
  if (filter.kind === 'not') return countLeaves(filter.of);
  if (filter.kind !== 'and' && filter.kind !== 'or') return 1;
  return filter.of.reduce((leaves, part) => leaves + countLeaves(part), 0);
}

function pushPart<N>(filter: Filter, dialect: Dialect<N>, context: PlanContext): PushedFilter<N> {
  switch (filter.kind) {
    case 'everything':
      return { native: undefined, residual: undefined, index: undefined };
    case 'nothing':
    case 'collated':
      return leftOver(filter);
    case 'and':
      return pushAnd(filter.of, dialect, context);
    case 'or':
      return pushOr(filter, dialect, context);
    case 'not': {
      const part = pushPart(filter.of, dialect, context);
      if (part.native === undefined || part.residual !== undefined) return leftOver(filter);
      return { native: dialect.not(part.native), residual: undefined, index: undefined };
    }
    case 'compare':
    case 'in':
    case 'exists':
    case 'type':
    case 'regex':
    case 'size':
    case 'mod':
    case 'bits':
    case 'elemMatch':
    case 'expr':
    case 'jsonSchema':
    case 'text':
    case 'geo': {
      const pushed = dialect.leaf(filter, context);
      if (pushed === undefined) return leftOver(filter);
      return { native: pushed.native, residual: pushed.exact ? undefined : filter, index: pushed.index };
    }
    default:
      return assertNever(filter);
  }
}

function leftOver<N>(residual: Filter): PushedFilter<N> {
  return { native: undefined, residual, index: undefined };
}

function pushAnd<N>(parts: readonly Filter[], dialect: Dialect<N>, context: PlanContext): PushedFilter<N> {
  const pushed = parts.map((part) => pushPart(part, dialect, context));
  const natives = pushed.flatMap<N>((part) => (part.native === undefined ? [] : [part.native]));
  const residuals = pushed.flatMap((part) => (part.residual === undefined ? [] : [part.residual]));
  return {
    native: joined(natives, (all) => dialect.and(all)),
    residual: joined<Filter>(residuals, (of) => ({ kind: 'and', of })),
    index: pushed.find((part) => part.index !== undefined)?.index,
  };
}

function pushOr<N>(
  filter: Extract<Filter, { kind: 'or' }>,
  dialect: Dialect<N>,
  context: PlanContext,
): PushedFilter<N> {
  const pushed = filter.of.map((part) => pushPart(part, dialect, context));
  const natives = pushed.flatMap<N>((part) => (part.native === undefined ? [] : [part.native]));
  if (natives.length < pushed.length || natives.length === 0) return leftOver(filter);
  const indexes = pushed.map((part) => part.index);
  return {
    native: joined(natives, (all) => dialect.or(all)),
    residual: pushed.some((part) => part.residual !== undefined) ? filter : undefined,
    index: indexes.includes(undefined) ? undefined : indexes[0],
  };
}

function joined<T>(parts: readonly T[], join: (parts: readonly T[]) => T): T | undefined {
  return parts.length > 1 ? join(parts) : parts[0];
}
