import type { DatabaseSync } from 'node:sqlite';
import { ServiceError } from '../../../domain/errors.ts';
import { sortKey } from '../../../domain/evaluation/sort-key.ts';
import type { Leaf } from '../../../domain/query/filter.ts';
import type { Path } from '../../../domain/query/path.ts';
import type { PipelineDocument } from '../../../domain/query/stage.ts';
import type { SqlClosure } from '../sql/sql-fragment.ts';
import {
  asKey,
  type FieldFunction,
  fieldValue,
  leafFunction,
  onField,
  rowView,
} from './sqlite-field-function.ts';
import { compileGrouping, type Grouping, type GroupState } from './sqlite-grouping.ts';
import { elementKeys, uniqueKeys } from './sqlite-index-keys.ts';
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
 * - `field_matches(leaf, json)`: a filter leaf, given the JSON of the top-level field that its path starts with (NULL
 *   when missing); `leaf` is a handle that `bind` gave, or its JSON text in the definition of a partial index.
 * - `row_matches(leaf, id, data, …)`: a leaf on the whole document.
 * - `field_sort_key(field, json)`: what a document with arrays is sorted by, given the top-level field.
 * - `group_fields(group, json, …)`, `group_key(group, json, …)`: `$group`, given the JSON of the fields that it needs;
 *   the first gives a number for `takeGroup`, because SQLite's values cannot hold all that an accumulator answers.
 * - `unique_keys(paths, id, data, …)`: the keys of a document in a unique index, as a JSON array.
 * - `element_keys(path, json)`: what an index of array elements holds of a document.
 * - `running()`: true; throws when the statement's time is over. Not deterministic, so that it is called for each row.
 */
export class SqliteFunctions {
  #limits = unlimited;
  #calls = 0;
  /** What the domain threw inside SQLite, which keeps only the message. */
  #thrown: unknown;
  #closures: FieldFunction[] = [];
  #groupings: Grouping[] = [];
  readonly #groups = new Map<number, PipelineDocument>();
  #nextGroup = 0;
  readonly #leafTexts = new Map<string, FieldFunction>();

  constructor(db: DatabaseSync) {
    const deterministic = { deterministic: true };
    db.function('object_key', deterministic, (json) => comparisonKey(JSON.parse(String(json))) ?? null);
    db.function('field_matches', deterministic, (leaf, json) =>
      this.#guard(() => (this.#matcher(leaf)(fieldValue(json)) === true ? 1 : 0)),
    );
    db.function('row_matches', { deterministic: true, varargs: true }, (leaf, ...row) =>
      this.#guard(() => (this.#matcher(leaf)(rowView(row)) === true ? 1 : 0)),
    );
    db.function('field_sort_key', deterministic, (field, json) =>
      this.#guard(() => asKey(this.#matcher(field)(fieldValue(json)))),
    );
    db.function('group_key', { deterministic: true, varargs: true }, (group, ...fields) =>
      this.#guard(() => this.#grouping(group).key(fields)),
    );
    db.aggregate('group_fields', {
      start: null,
      varargs: true,
      // SQLite carries the state through without looking at it; the declared type knows only what it stores.
      step: (state, group, ...fields) => {
        const open = state as OpenGroup | null;
        return this.#postponed(open, () => this.#addToGroup(open, group, fields)) as unknown as null;
      },
      result: (state) => this.#postponed(null, () => this.#finishGroup(state as OpenGroup | null)),
    });
    db.function('unique_keys', { deterministic: true, varargs: true }, (paths, ...row) =>
      JSON.stringify(uniqueKeys(JSON.parse(String(paths)), rowView(row)).map(({ text }) => text)),
    );
    db.function('element_keys', deterministic, (path, json) => {
      const segments = JSON.parse(String(path)) as Path;
      return onField(segments, (root) => elementKeys(segments, root))(fieldValue(json));
    });
    db.function('running', {}, () => this.#guard(() => this.#running()));
  }

  /** Starts a statement: its limits hold and its closures are kept until the next one starts. */
  start(limits: StatementLimits | undefined): void {
    this.#limits = limits ?? unlimited;
    this.#calls = 0;
    this.#thrown = undefined;
    this.#closures = [];
    this.#groupings = [];
    this.#groups.clear();
  }

  /** The document of a group, once, by the number that `group_fields` gave in its place. */
  takeGroup(number: number): PipelineDocument | undefined {
    const group = this.#groups.get(number);
    this.#groups.delete(number);
    return group;
  }

  /** The handle that stands for a closure in the statement that was started last. */
  bind(closure: SqlClosure): number {
    if (closure.kind === 'group') {
      this.#groupings.push(compileGrouping(fromTransfer(closure), this.#limits.deadline));
      return this.#groupings.length - 1;
    }
    this.#closures.push(this.#compile(closure));
    return this.#closures.length - 1;
  }

  /** Throws what an aggregate met; to be asked for after each row. */
  check(): void {
    if (this.#thrown !== undefined) throw this.#thrown;
  }

  /** The domain's error in place of SQLite's report of it. */
  original(error: unknown): unknown {
    return this.#thrown ?? error;
  }

  #grouping(handle: unknown): Grouping {
    const grouping = this.#groupings[Number(handle)];
    if (grouping === undefined) throw new TypeError('no such grouping');
    return grouping;
  }

  #addToGroup(open: OpenGroup | null, handle: unknown, fields: readonly unknown[]): OpenGroup {
    const grouping = open?.grouping ?? this.#grouping(handle);
    return { grouping, state: grouping.add(open?.state, fields) };
  }

  #finishGroup(open: OpenGroup | null): number | null {
    if (open === null) return null;
    this.#groups.set(this.#nextGroup, open.grouping.result(open.state));
    return this.#nextGroup++;
  }

  #compile(closure: Exclude<SqlClosure, { kind: 'group' }>): FieldFunction {
    if (closure.kind === 'sort-key') {
      const { sort, place } = closure;
      return onField(sort[0]?.path ?? [], (root) => sortKey(root, sort)[place]);
    }
    return leafFunction(fromTransfer(closure.leaf), this.#limits.deadline);
  }

  #matcher(leaf: unknown): FieldFunction {
    if (typeof leaf !== 'string') return this.#closures[Number(leaf)] ?? (() => undefined);
    let matcher = this.#leafTexts.get(leaf);
    if (matcher === undefined) {
      matcher = leafFunction(JSON.parse(leaf) as Leaf, Number.POSITIVE_INFINITY);
      this.#leafTexts.set(leaf, matcher);
    }
    return matcher;
  }

  #running(): number {
    this.check();
    this.#calls += 1;
    if ((this.#calls & 63) === 0) {
      if (this.#limits.cancelled())
        throw new ServiceError('QUERY_TIMEOUT', 'nobody waits for the query any more');
      if (Date.now() > this.#limits.deadline)
        throw new ServiceError('QUERY_TIMEOUT', 'the query took longer than the request may');
    }
    return 1;
  }

  /** `node:sqlite` loses count of its errors when an aggregate throws: the next `running()` or `check` throws instead. */
  #postponed<T>(instead: T, run: () => T): T {
    if (this.#thrown !== undefined) return instead;
    try {
      return run();
    } catch (error) {
      this.#thrown = error;
      return instead;
    }
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

interface OpenGroup {
  readonly grouping: Grouping;
  readonly state: GroupState;
}
