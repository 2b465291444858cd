import type { Connection, ResultSetHeader } from 'mysql2';
import { renderSql } from '../sql/render-sql.ts';
import type { SqlAssumption, SqlFragment, SqlScalar } from '../sql/sql-fragment.ts';
import { toServiceError } from './mysql-errors.ts';

export type Row = readonly unknown[];
export type Rows = readonly Row[];

/**
 * One connection in use. Every statement is prepared and kept prepared; values are bound as text, because a prepared
 * statement of MySQL keeps the types of its first parameters.
 */
export class MysqlSession {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async rows(fragment: SqlFragment, refuted?: (assumption: SqlAssumption) => boolean): Promise<Rows> {
    const [rows] = await this.execute(fragment, refuted);
    return Array.isArray(rows) ? (rows as Rows) : [];
  }

  /** Runs a statement that changes rows; answers how many it changed. */
  async run(fragment: SqlFragment): Promise<number> {
    const [result] = await this.execute(fragment);
    return Array.isArray(result) ? 0 : (result as ResultSetHeader).affectedRows;
  }

  /** The result and the names of its columns. */
  execute(
    fragment: SqlFragment,
    refuted?: (assumption: SqlAssumption) => boolean,
  ): Promise<readonly [result: unknown, columns: readonly string[]]> {
    const { text, values } = renderSql(fragment, refuted && { refuted });
    return new Promise((resolve, reject) => {
      this.#connection.execute({ sql: text, values: values.map(bound) }, (error, result, fields) => {
        if (error) reject(error);
        else resolve([result, (fields ?? []).map(({ name }) => name)]);
      });
    });
  }

  /**
   * A statement without parameters that MySQL does not prepare: transactions, settings, definitions.
   * @param timeout milliseconds; the connection cannot be used any more after it
   */
  command(text: string, timeout?: number): Promise<unknown> {
    const options = { sql: text, ...(timeout !== undefined && { timeout }) };
    return new Promise((resolve, reject) => {
      this.#connection.query(options, (error, result) => (error ? reject(error) : resolve(result)));
    });
  }

  /** Rows one by one as they come, with back-pressure. */
  stream(fragment: SqlFragment, refuted?: (assumption: SqlAssumption) => boolean): AsyncIterable<Row> {
    const { text, values } = renderSql(fragment, refuted && { refuted });
    const command = this.#connection.execute({ sql: text, values: values.map(bound) });
    return command.stream({ highWaterMark: 256 }) as AsyncIterable<Row>;
  }

  /** All or nothing inside a transaction: what `run` did is taken back when it rejects. */
  async savepoint<T>(name: 'batch' | 'single', run: () => Promise<T>): Promise<T> {
    await this.command(`SAVEPOINT ${name}`);
    try {
      return await run();
    } catch (error) {
      // A deadlock has taken the whole transaction back already.
      await this.command(`ROLLBACK TO SAVEPOINT ${name}`).catch(() => undefined);
      throw toServiceError(error);
    }
  }
}

function bound(value: ReturnType<typeof renderSql>['values'][number]): string | null {
  if (value === null) return null;
  if (typeof value === 'object') {
    if (value instanceof Uint8Array) return new TextDecoder().decode(value);
    throw new TypeError('MySQL evaluates no function of ours');
  }
  return boundScalar(value);
}

function boundScalar(value: Exclude<SqlScalar, null | Uint8Array>): string {
  return typeof value === 'boolean' ? String(Number(value)) : String(value);
}
