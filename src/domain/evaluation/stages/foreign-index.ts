import type { Path } from '../../query/path.ts';
import type { PipelineDocument } from '../../query/stage.ts';
import type { Value } from '../../value/value.ts';
import { KeyedMap } from '../keyed-map.ts';
import { matchPath } from '../match-path.ts';

/**
 * Finds the documents for which `{path: {$eq: value}}` holds, by hash: an array at the path counts by its elements and
 * as a whole, null finds what is null or missing.
 */
export class ForeignIndex {
  readonly #documents: readonly PipelineDocument[];
  readonly #places = new KeyedMap<number[]>();

  constructor(documents: readonly PipelineDocument[], path: Path) {
    this.#documents = documents;
    let place = 0;
    const visit = matchPath(path, 'expand', (value) => {
      this.#add(value ?? null, place);
      return false;
    });
    for (; place < documents.length; place++) visit(documents[place]);
  }

  #add(value: Value, place: number): void {
    const places = this.#places.get(value);
    if (places === undefined) this.#places.set(value, [place]);
    else if (places.at(-1) !== place) places.push(place);
  }

  /** The documents that equal any of the values, each once, in their collection's order. */
  find(values: readonly (Value | undefined)[]): readonly PipelineDocument[] {
    const lists = values.map((value) => this.#places.get(value ?? null) ?? []);
    const places = lists.length === 1 ? (lists[0] ?? []) : [...new Set(lists.flat())].sort((a, b) => a - b);
    return places.map((place) => this.#documents[place]).filter((document) => document !== undefined);
  }
}
