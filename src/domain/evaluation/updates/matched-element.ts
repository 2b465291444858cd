import type { Filter, Leaf } from '../../query/filter.ts';
import type { Path } from '../../query/path.ts';
import type { UpdatePath } from '../../query/update.ts';
import type { Value, ValueObject } from '../../value/value.ts';
import { isArray, isObject } from '../../value/value-type.ts';
import { compileFilter } from '../compile-filter.ts';
import type { EvaluationContext } from '../evaluation-context.ts';
import { arrayIndex } from '../match-path.ts';
import { childOf } from './document-draft.ts';

/**
 * The index that the positional `$` stands for: that of the first element of an array by which a condition of the filter
 * holds. When the filter asks several arrays, the one at `array` goes before; else the last one counts.
 * https://www.mongodb.com/docs/manual/reference/operator/update/positional/
 */
export function matchedElement(
  filter: Filter,
  document: ValueObject,
  array: UpdatePath,
  context: EvaluationContext,
): number | undefined {
  const matches = elementMatches(filter, document, context);
  const wanted = array.join('.');
  const match = matches.find(({ at }) => at.join('.') === wanted) ?? matches.at(-1);
  return match?.index;
}

interface ElementMatch {
  readonly at: Path;
  readonly index: number;
}

function elementMatches(
  filter: Filter,
  document: ValueObject,
  context: EvaluationContext,
): readonly ElementMatch[] {
  switch (filter.kind) {
    case 'and':
      return filter.of.flatMap((part) => elementMatches(part, document, context));
    case 'or': {
      const holding = filter.of.find((part) => compileFilter(part, context)(document));
      return holding === undefined ? [] : elementMatches(holding, document, context);
    }
    case 'compare':
    case 'in':
    case 'regex':
    case 'mod':
    case 'bits':
    case 'type':
    case 'elemMatch':
      return leafMatch(filter, document, context);
    // A negation, the length or the presence of an array is not the match of an element.
    default:
      return [];
  }
}

/** Asks the leaf of the document with the first array on its path narrowed down to one element after the other. */
function leafMatch(
  leaf: Extract<Leaf, { readonly path: Path }>,
  document: ValueObject,
  context: EvaluationContext,
): readonly ElementMatch[] {
  const found = firstArray(document, leaf.path);
  if (found === undefined) return [];
  const below = leaf.path.slice(found.at.length);
  const test = compileFilter({ ...leaf, path: ['', ...below] }, context);
  const index = found.array.findIndex((element) => {
    context.budget.spend(1);
    return test({ '': [element] });
  });
  return index < 0 ? [] : [{ at: found.at, index }];
}

function firstArray(
  document: ValueObject,
  path: Path,
): { readonly at: Path; readonly array: readonly Value[] } | undefined {
  let value: Value = document;
  for (const [depth, segment] of path.entries()) {
    const child = childOf(value, segment);
    if (child === undefined || child === 'blocked') return undefined;
    value = child.value;
    const next = path[depth + 1];
    const leadsOn = next !== undefined && arrayIndex(next) >= 0;
    if (isArray(value) && !leadsOn) return { at: path.slice(0, depth + 1), array: value };
    if (!isArray(value) && !isObject(value)) return undefined;
  }
  return undefined;
}
