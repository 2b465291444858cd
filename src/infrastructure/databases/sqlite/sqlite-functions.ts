import type { DatabaseSync } from 'node:sqlite';
import { flatView } from '../../../domain/document/flat-view.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { compileFilter } from '../../../domain/evaluation/compile-filter.ts';
import { EvaluationBudget } from '../../../domain/evaluation/evaluation-context.ts';
import { sortKey } from '../../../domain/evaluation/sort-key.ts';
import type { Leaf } from '../../../domain/query/filter.ts';
import { OpaqueValue } from '../../../domain/value/bson.ts';
import type { Value, ValueObject } from '../../../domain/value/value.ts';
import { type DocumentRow, rowToDocument } from '../sql/document-row.ts';
import type { SqlClosure } from '../sql/sql-fragment.ts';
import { uniqueKeys } from './sqlite-index-keys.ts';
import { comparisonKey } from './sqlite-values.ts';
import { fromTransfer } from './transfer.ts';

/** When a running statement has to end. */
export interface StatementLimits {
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly cancelled: () => boolean;
}

const unlimited: StatementLimits = { deadline: Number.POSITIVE_INFINITY, cancelled: () => false };

/**
 * Our functions in SQL, on one connection; the domain's own evaluation where SQL has no words.
 *
 * - `object_key(json)`: the comparison key of an object; deterministic, indexes hold it.
 * - `document_matches(leaf, json)`: a filter leaf on a document; `leaf` is a handle that `bind` gave, or its JSON text
 *   in the definition of a partial index.
 * - `document_sort_key(field, json)`: what a document with arrays is sorted by.
 * - `unique_keys(paths, id, data, …)`: the keys of a document in a unique index, as a JSON array.
 * - `running()`: true; throws when the statement's time is over. Not deterministic, so that it is called for each row.
 */
export class SqliteFunctions {
  #limits = unlimited;
  #calls = 0;
  /** What the domain threw inside SQLite, which keeps only the message. */
  #thrown: unknown;
  #closures: ((root: ValueObject) => boolean | Value | null)[] = [];
  readonly #leafTexts = new Map<string, (root: ValueObject) => boolean>();
  #lastText = '';
  #lastRoot: ValueObject = {};

  constructor(db: DatabaseSync) {
    const deterministic = { deterministic: true };
    db.function('object_key', deterministic, (json) => comparisonKey(JSON.parse(String(json))) ?? null);
    db.function('document_matches', deterministic, (leaf, json) =>
      this.#guard(() => (this.#matcher(leaf)(this.#parse(String(json))) ? 1 : 0)),
    );
    db.function('document_sort_key', deterministic, (field, json) =>
      this.#guard(() => asKey(this.#closures[Number(field)]?.(this.#parse(String(json))))),
    );
    db.function('unique_keys', { deterministic: true, varargs: true }, (paths, ...row) =>
      JSON.stringify(
        uniqueKeys(JSON.parse(String(paths)), flatView(rowToDocument('', row as unknown as DocumentRow))),
      ),
    );
    db.function('running', {}, () => this.#guard(() => this.#running()));
  }

  /** Starts a statement: its limits hold and its closures are kept until the next one starts. */
  start(limits: StatementLimits | undefined): void {
    this.#limits = limits ?? unlimited;
    this.#calls = 0;
    this.#thrown = undefined;
    this.#closures = [];
  }

  /** The handle that stands for a closure in the statement that was started last. */
  bind(closure: SqlClosure): number {
    this.#closures.push(this.#compile(closure));
    return this.#closures.length - 1;
  }

  /** The domain's error in place of SQLite's report of it. */
  original(error: unknown): unknown {
    return this.#thrown ?? error;
  }

  #compile(closure: SqlClosure): (root: ValueObject) => boolean | Value | null {
    if (closure.kind === 'matches') return this.#filter(fromTransfer(closure.leaf));
    const sort = [closure.field];
    return (root) => sortKey(root, sort)[0] ?? null;
  }

  #filter(leaf: Leaf): (root: ValueObject) => boolean {
    const budget = new EvaluationBudget(Number.POSITIVE_INFINITY, this.#limits.deadline);
    return compileFilter(leaf, { now: new Date(), budget });
  }

  #matcher(leaf: unknown): (root: ValueObject) => unknown {
    if (typeof leaf !== 'string') return this.#closures[Number(leaf)] ?? (() => false);
    let matcher = this.#leafTexts.get(leaf);
    if (matcher === undefined) {
      const budget = new EvaluationBudget(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
      matcher = compileFilter(JSON.parse(leaf) as Leaf, { now: new Date(), budget });
      this.#leafTexts.set(leaf, matcher);
    }
    return matcher;
  }

  /** Several functions of one statement look at the same row. */
  #parse(json: string): ValueObject {
    if (json !== this.#lastText) {
      this.#lastRoot = JSON.parse(json) as ValueObject;
      this.#lastText = json;
    }
    return this.#lastRoot;
  }

  #running(): number {
    this.#calls += 1;
    if ((this.#calls & 63) === 0) {
      if (this.#limits.cancelled())
        throw new ServiceError('QUERY_TIMEOUT', 'nobody waits for the query any more');
      if (Date.now() > this.#limits.deadline)
        throw new ServiceError('QUERY_TIMEOUT', 'the query took longer than the request may');
    }
    return 1;
  }

  #guard<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      this.#thrown ??= error;
      throw error;
    }
  }
}

function asKey(value: boolean | Value | null | undefined): (ReturnType<typeof comparisonKey> & {}) | null {
  if (value instanceof OpaqueValue && value.type === 'undefined') return null;
  return comparisonKey(value ?? null) ?? null;
}
