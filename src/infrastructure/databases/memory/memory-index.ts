import type { Document, DocumentId } from '../../../domain/document/document.ts';
import { flatView } from '../../../domain/document/flat-view.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { canonicalKey } from '../../../domain/evaluation/canonical-key.ts';
import { compileFilter } from '../../../domain/evaluation/compile-filter.ts';
import { EvaluationBudget } from '../../../domain/evaluation/evaluation-context.ts';
import { valuesAt } from '../../../domain/evaluation/values-at.ts';
import { pathToString } from '../../../domain/query/path.ts';
import { toJson } from '../../../domain/value/to-json.ts';
import type { Json } from '../../../domain/value/value.ts';

/** One index of the memory database; only a unique one does anything: it keeps its keys. */
export class MemoryIndex {
  readonly definition: IndexDefinition;
  readonly #owners = new Map<string, DocumentId>();
  readonly #covers: (document: Document) => boolean;

  constructor(definition: IndexDefinition) {
    this.definition = definition;
    this.#covers = coverage(definition);
  }

  /** Throws DUPLICATE_KEY when another document owns one of the document's keys. */
  check(document: Document): void {
    for (const [key, values] of this.#keys(document)) {
      const owner = this.#owners.get(key);
      if (owner === undefined || owner === document.id) continue;
      throw new ServiceError(
        'DUPLICATE_KEY',
        `the unique index ${this.definition.name} has this key already`,
        {
          collection: document.collection,
          index: this.definition.name,
          key: values,
        },
      );
    }
  }

  add(document: Document): void {
    for (const [key] of this.#keys(document)) this.#owners.set(key, document.id);
  }

  remove(document: Document): void {
    for (const [key] of this.#keys(document)) this.#owners.delete(key);
  }

  /** MongoDB's multikey entries: one per element of the field that is an array. */
  #keys(document: Document): readonly (readonly [string, Readonly<Record<string, Json>>])[] {
    if (!this.definition.unique || !this.#covers(document)) return [];
    const view = flatView(document);
    let entries: Readonly<Record<string, Json>>[] = [{}];
    for (const { path } of this.definition.keys) {
      const found = valuesAt(view, path);
      const values = found.length === 0 ? [null] : found;
      const name = pathToString(path);
      entries = entries.flatMap((entry) => values.map((value) => ({ ...entry, [name]: toJson(value) })));
    }
    return entries.map((entry) => [canonicalKey(Object.values(entry)), entry]);
  }
}

function coverage(definition: IndexDefinition): (document: Document) => boolean {
  const { partialFilter, sparse, keys } = definition;
  const unbounded = new EvaluationBudget(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  const matches =
    partialFilter && compileFilter(partialFilter.filter, { now: new Date(0), budget: unbounded });
  return (document) => {
    if (matches !== undefined && !matches(flatView(document))) return false;
    return !sparse || keys.some(({ path }) => valuesAt(flatView(document), path).length > 0);
  };
}
