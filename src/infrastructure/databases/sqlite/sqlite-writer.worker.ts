import { parentPort, workerData } from 'node:worker_threads';
import { SqliteConnection } from './sqlite-connection.ts';
import { isBusy, toServiceError } from './sqlite-errors.ts';
import { createLedger } from './sqlite-ledger.ts';
import type { JobAnswer, WriteJob, WriterAnswer, WriterRequest } from './sqlite-protocol.ts';
import { SqliteStore } from './sqlite-store.ts';
import { needsSavepoint, runWriteJob } from './sqlite-write-jobs.ts';
import { toWireError } from './transfer.ts';

/**
 * The thread that writes. What it is given at once becomes one transaction and so one wait for the disk; it answers
 * only after the commit, so an acknowledged write survives the death of the process.
 */
const { path } = workerData as { readonly path: string };
const connection = new SqliteConnection(path, { readOnly: false });
const store = new SqliteStore(connection);

function answer(message: WriterAnswer): void {
  parentPort?.postMessage(message);
}

function failed(error: unknown): JobAnswer {
  return { ok: false, error: toWireError(toServiceError(error)) };
}

/** Another process may hold the file longer than SQLite's own wait. */
function begin(deadline: number): void {
  for (;;) {
    try {
      connection.prepare('BEGIN IMMEDIATE').run();
      return;
    } catch (error) {
      if (!isBusy(error) || Date.now() > deadline) throw error;
    }
  }
}

function commit(): void {
  store.flush();
  connection.prepare('COMMIT').run();
}

/** Does nothing when others read or write: they are not to wait for it, nor it for them. */
function checkpoint(): void {
  const timeout = connection.prepare('PRAGMA busy_timeout').get() as unknown as [number];
  connection.db.exec('PRAGMA busy_timeout = 0');
  try {
    connection.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    connection.db.exec(`PRAGMA busy_timeout = ${timeout[0]}`);
  }
}

function rollback(): void {
  store.forget();
  if (connection.db.isTransaction) connection.prepare('ROLLBACK').run();
}

/** A job that fails leaves nothing; a failure of the disk or the file ends the whole batch. */
function step(job: WriteJob): JobAnswer {
  if (!needsSavepoint(job)) return { ok: true, result: runWriteJob(connection, store, job) };
  const mark = store.mark();
  connection.prepare('SAVEPOINT job').run();
  try {
    const result = runWriteJob(connection, store, job);
    connection.prepare('RELEASE job').run();
    return { ok: true, result };
  } catch (error) {
    connection.prepare('ROLLBACK TO job').run();
    connection.prepare('RELEASE job').run();
    store.forget(mark);
    return failed(error);
  }
}

function batch(jobs: readonly WriteJob[]): readonly JobAnswer[] {
  try {
    begin(Date.now());
    const answers = jobs.map(step);
    commit();
    return answers;
  } catch (error) {
    rollback();
    // One that the others have nothing to do with must not take them along.
    if (jobs.length > 1 && !isBusy(error)) return jobs.flatMap((job) => batch([job]));
    return jobs.map(() => failed(error));
  }
}

function guarded(run: () => JobAnswer): readonly JobAnswer[] {
  try {
    return [run()];
  } catch (error) {
    return [failed(error)];
  }
}

const nothing: JobAnswer = { ok: true, result: null };

function handle(request: WriterRequest): readonly JobAnswer[] {
  switch (request.kind) {
    case 'batch':
      return batch(request.jobs);
    case 'begin':
      return guarded(() => {
        begin(request.deadline);
        return nothing;
      });
    case 'step':
      return guarded(() => step(request.job));
    case 'commit':
      return guarded(() => {
        try {
          commit();
        } catch (error) {
          rollback();
          throw error;
        }
        return nothing;
      });
    case 'rollback':
      rollback();
      return [nothing];
    case 'checkpoint':
      return guarded(() => {
        checkpoint();
        return nothing;
      });
    case 'close':
      connection.close();
      parentPort?.close();
      return [nothing];
  }
}

parentPort?.on('message', (request: WriterRequest) => answer({ answers: handle(request) }));
answer({
  answers: guarded(() => {
    createLedger(connection);
    return nothing;
  }),
});
