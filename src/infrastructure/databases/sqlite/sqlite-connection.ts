import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { PipelineDocument } from '../../../domain/query/stage.ts';
import { renderSql } from '../sql/render-sql.ts';
import type { SqlFragment, SqlScalar } from '../sql/sql-fragment.ts';
import { isSqliteError } from './sqlite-errors.ts';
import { SqliteFunctions, type StatementLimits } from './sqlite-functions.ts';

/** How long SQLite itself waits for another process before it gives up, milliseconds. */
const busyTimeout = 5_000;
/** What the WAL keeps of its size when it starts anew, bytes; checkpoints keep it at a quarter of that mostly. */
export const largestWal = 16 * 1024 * 1024;
/** In each of two generations. */
const keptStatements = 150;

type Row = readonly unknown[];
type Bound = null | number | bigint | string | Uint8Array;

/**
 * One connection of one thread, with our functions and its statements kept prepared. One statement at a time: the
 * next one ends what the one before has not read yet.
 */
export class SqliteConnection {
  readonly db: DatabaseSync;
  readonly #functions: SqliteFunctions;
  #statements = new Map<string, StatementSync>();
  #formerStatements = new Map<string, StatementSync>();

  constructor(path: string, options: { readonly readOnly: boolean }) {
    this.db = new DatabaseSync(path, { readOnly: options.readOnly, timeout: busyTimeout });
    this.db.exec(
      `PRAGMA cache_size = ${options.readOnly ? -2000 : -8000}; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 268435456`,
    );
    if (!options.readOnly) this.db.exec(`PRAGMA journal_size_limit = ${largestWal}`);
    this.#functions = new SqliteFunctions(this.db);
  }

  /** A statement that answers arrays, kept prepared: those that were asked for last, and the generation before. */
  prepare(text: string): StatementSync {
    const kept = this.#statements.get(text);
    if (kept !== undefined) return kept;
    const statement = this.#formerStatements.get(text) ?? this.db.prepare(text, { returnArrays: true });
    if (this.#statements.size >= keptStatements) {
      this.#formerStatements = this.#statements;
      this.#statements = new Map();
    }
    this.#statements.set(text, statement);
    return statement;
  }

  all(fragment: SqlFragment, limits?: StatementLimits): readonly Row[] {
    return [...this.iterate(fragment, limits)];
  }

  /**
   * Reads rows one by one. Where the statement rests on assumptions, they are checked in the same snapshot: a
   * transaction is open until the last row is read or the iterator is closed, unless the caller has one.
   */
  *iterate(fragment: SqlFragment, limits?: StatementLimits): Generator<Row> {
    const own = !this.db.isTransaction;
    if (own) this.db.exec('BEGIN');
    try {
      const { text, values } = renderSql(fragment, {
        refuted: ({ refutedBy }) => this.prepare(renderSql(refutedBy).text).get() !== undefined,
      });
      this.#functions.start(limits);
      const bound = values.map((value) => this.#bind(value));
      for (const row of this.#rows(text, bound)) {
        this.#functions.check();
        yield row;
      }
    } catch (error) {
      throw this.#functions.original(error);
    } finally {
      if (own) this.db.exec('COMMIT');
    }
  }

  /**
   * A kept statement whose table has been dropped fails in `iterate` with the code 0 and the text "not an error".
   * Preparing it again says what is wrong, or, when another table has the name by now, reads that one. One that failed
   * for whatever reason would tell its failure once more when it starts the next time: it is not kept.
   */
  *#rows(text: string, bound: readonly Bound[]): Generator<Row> {
    const kept = this.#statements.has(text) || this.#formerStatements.has(text);
    let started = false;
    try {
      for (const row of this.prepare(text).iterate(...bound) as unknown as Iterable<Row>) {
        started = true;
        yield row;
      }
    } catch (error) {
      this.#forget(text);
      if (started || !kept || !isSqliteError(error) || error.errcode !== 0) throw error;
      yield* this.#rows(text, bound);
    }
  }

  #forget(text: string): void {
    this.#statements.delete(text);
    this.#formerStatements.delete(text);
  }

  /** A group's document by the number that stands for it in a row of the statement that runs. */
  takeGroup(number: number): PipelineDocument | undefined {
    return this.#functions.takeGroup(number);
  }

  /** Runs a statement that returns nothing. */
  run(fragment: SqlFragment): number {
    const { text, values } = renderSql(fragment);
    this.#functions.start(undefined);
    return Number(this.prepare(text).run(...values.map((value) => this.#bind(value))).changes);
  }

  close(): void {
    this.#statements.clear();
    this.#formerStatements.clear();
    if (this.db.isOpen) this.db.close();
  }

  #bind(value: SqlScalar | Parameters<SqliteFunctions['bind']>[0]): Bound {
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (typeof value === 'object' && value !== null && 'kind' in value) return this.#functions.bind(value);
    return value;
  }
}
