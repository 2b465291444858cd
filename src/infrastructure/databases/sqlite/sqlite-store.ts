import type { Change, Modification, ModifyOutcome } from '../../../domain/document/modification.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { applyModification } from '../../../domain/evaluation/apply-modification.ts';
import { EvaluationBudget } from '../../../domain/evaluation/evaluation-context.ts';
import { type DocumentRow, documentToRow, rowToDocument } from '../sql/document-row.ts';
import { type SqlFragment, sql } from '../sql/sql-fragment.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { duplicateKey } from './sqlite-duplicate-key.ts';
import { isConstraint, isMissingTable } from './sqlite-errors.ts';
import type { JobResults, WireInsertOutcome, WireModifyOutcome } from './sqlite-protocol.ts';
import { createCollection } from './sqlite-schema-jobs.ts';
import { tableName, tableOf } from './sqlite-table-name.ts';
import { toWireOutcome } from './sqlite-wire-outcome.ts';
import { fromTransfer, toWireError } from './transfer.ts';

/** How much one modification may compute; the work of a few seconds. */
const modificationSteps = 10_000_000;

/**
 * The documents, changed by the writer's connection inside its transaction. Every change is also appended to the
 * outbox; how many documents a collection holds is kept in the ledger, written once per transaction by `flush`.
 */
export class SqliteStore {
  readonly #connection: SqliteConnection;
  #counts = new Map<string, number>();

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  insert(collection: string, rows: readonly DocumentRow[], ordered: boolean): readonly WireInsertOutcome[] {
    let stopped = false;
    return rows.map((row) => {
      if (stopped) return { status: 'skipped' };
      const error = this.#attempt(collection, row, () => this.#insertRow(collection, row));
      if (error === undefined) return { status: 'inserted' };
      stopped = ordered;
      return { status: 'failed', error: toWireError(error) };
    });
  }

  modify(
    collection: string,
    modifications: readonly Modification[],
    ordered: boolean,
    deadline: number,
  ): readonly WireModifyOutcome[] {
    let stopped = false;
    return modifications.map((modification) => {
      if (stopped) return { status: 'skipped' };
      const outcome = this.#modifyOne(collection, fromTransfer(modification), deadline);
      stopped = ordered && (outcome.status === 'failed' || outcome.status === 'stale');
      return toWireOutcome(outcome);
    });
  }

  /** Stops at the first document that cannot be changed; as in MongoDB, those before it stay changed. */
  modifyMany(
    collection: string,
    where: SqlFragment | undefined,
    change: Change,
    deadline: number,
  ): JobResults['modify-many'] {
    const ids = this.#idsWhere(collection, where, deadline);
    const whole = fromTransfer(change);
    let modified = 0;
    for (const id of ids) {
      if (Date.now() > deadline)
        throw new ServiceError('QUERY_TIMEOUT', 'the change took longer than the request may');
      const modification = {
        id,
        change: whole,
        expectedVersion: undefined,
        where: undefined,
        insert: undefined,
      };
      const outcome = this.#modifyOne(collection, modification, deadline);
      if (outcome.status === 'failed') return { matched: 0, modified, error: toWireError(outcome.error) };
      if (outcome.status === 'modified' || outcome.status === 'removed') modified += 1;
    }
    return { matched: ids.length, modified, error: undefined };
  }

  read(collection: string, id: string): DocumentRow | undefined {
    try {
      const row = this.#connection.prepare(`SELECT * FROM "${tableName(collection)}" WHERE id = ?`).get(id);
      return row as unknown as DocumentRow | undefined;
    } catch (error) {
      if (isMissingTable(error)) return undefined;
      throw error;
    }
  }

  /** Writes the numbers of documents down; to be called before the commit. */
  flush(): void {
    const update = 'UPDATE "$collections" SET documents = documents + ? WHERE name = ?';
    for (const [collection, change] of this.#counts)
      if (change !== 0) this.#connection.prepare(update).run(change, collection);
    this.#counts.clear();
  }

  /** The transaction, or its part since `mark`, was taken back. */
  forget(mark: ReadonlyMap<string, number> = new Map()): void {
    this.#counts = new Map(mark);
  }

  mark(): ReadonlyMap<string, number> {
    return new Map(this.#counts);
  }

  #idsWhere(collection: string, where: SqlFragment | undefined, deadline: number): readonly string[] {
    const condition = where === undefined ? sql`` : sql` WHERE ${where} AND running()`;
    try {
      const limits = { deadline, cancelled: () => false };
      return this.#connection
        .all(sql`SELECT id FROM ${tableOf(collection)}${condition}`, limits)
        .map((row) => String(row[0]));
    } catch (error) {
      if (isMissingTable(error)) return [];
      throw error;
    }
  }

  #modifyOne(collection: string, modification: Modification, deadline: number): ModifyOutcome {
    const row = this.read(collection, modification.id);
    const current = row && rowToDocument(collection, row);
    const context = { now: new Date(), budget: new EvaluationBudget(modificationSteps, deadline) };
    const outcome = applyModification(collection, modification, current, context);
    if (outcome.status === 'removed') this.#deleteRow(collection, documentToRow(outcome.before));
    if (outcome.status !== 'modified' && outcome.status !== 'inserted') return outcome;
    const after = documentToRow(outcome.after);
    const error = this.#attempt(collection, after, () =>
      outcome.status === 'inserted' ? this.#insertRow(collection, after) : this.#updateRow(collection, after),
    );
    return error === undefined ? outcome : { status: 'failed', error };
  }

  /** A statement that breaks a constraint leaves nothing behind, so the transaction goes on. */
  #attempt(collection: string, row: DocumentRow, run: () => void): ServiceError | undefined {
    try {
      try {
        run();
      } catch (error) {
        if (!isMissingTable(error)) throw error;
        createCollection(this.#connection, collection);
        run();
      }
      return undefined;
    } catch (error) {
      if (isConstraint(error)) return duplicateKey(this.#connection, collection, row, error);
      throw error;
    }
  }

  #insertRow(collection: string, row: DocumentRow): void {
    this.#connection.prepare(`INSERT INTO "${tableName(collection)}" VALUES (?, ?, ?, ?, ?, ?)`).run(...row);
    this.#count(collection, 1);
    const [id, data, version, , updatedAt, metadata] = row;
    this.#record(collection, id, 'created', version, data, metadata, updatedAt);
  }

  #updateRow(collection: string, row: DocumentRow): void {
    const [id, data, version, createdAt, updatedAt, metadata] = row;
    const update = `UPDATE "${tableName(collection)}" SET data = ?, version = ?, created_at = ?, updated_at = ?, metadata = ? WHERE id = ?`;
    this.#connection.prepare(update).run(data, version, createdAt, updatedAt, metadata, id);
    this.#record(collection, id, 'updated', version, data, metadata, updatedAt);
  }

  #deleteRow(collection: string, [id, , version]: DocumentRow): void {
    this.#connection.prepare(`DELETE FROM "${tableName(collection)}" WHERE id = ?`).run(id);
    this.#count(collection, -1);
    this.#record(collection, id, 'deleted', version, null, null, new Date().toISOString());
  }

  #record(...values: readonly (string | number | null)[]): void {
    const append =
      'INSERT INTO "$outbox" (collection, id, kind, version, data, metadata, occurred_at) VALUES (?, ?, ?, ?, ?, ?, ?)';
    this.#connection.prepare(append).run(...values);
  }

  #count(collection: string, change: number): void {
    this.#counts.set(collection, (this.#counts.get(collection) ?? 0) + change);
  }
}
