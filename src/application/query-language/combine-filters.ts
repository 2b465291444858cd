import type { Filter } from '../../domain/query/filter.ts';

export const everything: Filter = { kind: 'everything' };
export const nothing: Filter = { kind: 'nothing' };

/** A conjunction in its simplest form: flat, without `everything`, `nothing` as soon as one part is. */
export function allOf(parts: readonly Filter[]): Filter {
  const flat = parts
    .flatMap((part) => (part.kind === 'and' ? part.of : [part]))
    .filter((part) => part.kind !== 'everything');
  if (flat.some((part) => part.kind === 'nothing')) return nothing;
  const [first] = flat;
  if (first === undefined) return everything;
  return flat.length === 1 ? first : { kind: 'and', of: flat };
}

/** A disjunction in its simplest form: flat, without `nothing`, `everything` as soon as one part is. */
export function anyOf(parts: readonly Filter[]): Filter {
  const flat = parts
    .flatMap((part) => (part.kind === 'or' ? part.of : [part]))
    .filter((part) => part.kind !== 'nothing');
  if (flat.some((part) => part.kind === 'everything')) return everything;
  const [first] = flat;
  if (first === undefined) return nothing;
  return flat.length === 1 ? first : { kind: 'or', of: flat };
}

export function negate(part: Filter): Filter {
  if (part.kind === 'not') return part.of;
  if (part.kind === 'everything') return nothing;
  return part.kind === 'nothing' ? everything : { kind: 'not', of: part };
}
