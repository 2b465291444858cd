import { createHash, randomBytes } from 'node:crypto';

/** Of the API's collections; a pipeline may ask for others, which do not exist. */
const longestName = 63;

/**
 * The names of our indexes and aliases. Elasticsearch takes lower case only, so a collection whose name has capitals
 * gets a hash of the name besides; `~` and `@` are in no collection's name, so no two collections share one.
 * https://www.elastic.co/guide/en/elasticsearch/reference/8.19/indices-create-index.html#indices-create-api-path-params
 */
export class ElasticsearchNames {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** All collections, and how their aliases are named. */
  get ledger(): string {
    return `${this.#prefix}-ledger`;
  }

  /** Who owns which key of the unique indexes. */
  get keys(): string {
    return `${this.#prefix}-keys`;
  }

  /** The change log. */
  get outbox(): string {
    return `${this.#prefix}-outbox`;
  }

  /** The alias that reads go to. */
  read(collection: string): string {
    const lower = collection.toLowerCase().slice(0, longestName);
    if (lower === collection) return `${this.#prefix}-c-${collection}`;
    const hash = createHash('sha256').update(collection).digest('hex').slice(0, 12);
    return `${this.#prefix}-c-${lower}~${hash}`;
  }

  /**
   * The alias that writes go to. It names the index and the revision of the collection's own indexes: a writer that
   * has not heard of the latest finds no alias, and learns it.
   */
  write(concrete: string, revision: number): string {
    return `${concrete.replace('~~', '@')}-${revision}`;
  }

  /** A fresh name for the index behind the aliases. */
  concrete(collection: string): string {
    return `${this.read(collection)}~~${randomBytes(6).toString('hex')}`;
  }
}
