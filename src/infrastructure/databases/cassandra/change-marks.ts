import { backgroundCall } from '../background-call.ts';
import type { CassandraConnection, Statement } from './cassandra-connection.ts';
import { tableOf } from './cassandra-layout.ts';
import { bucketOf, writerOf } from './change-clock.ts';

/** What became of an announced change; `open`: its writer does not know, whoever reads it has to look. */
export type ChangeState = 'done' | 'lost' | 'open';

const markAfterMs = 50;
/** After so long a change no longer holds up the mark: it gets a note of its own. */
const slowMs = 500;
const longestMs = 10_000;
const maxPerBatch = 500;

/**
 * Tells the readers of the change feed what became of this process's changes. One row says it for all of them (the mark:
 * every change below it has happened), and only those that have not, or take long, get a note of their own.
 */
export class ChangeMarks {
  readonly #connection: Pick<CassandraConnection, 'options' | 'batch'>;
  readonly #text: string;
  /** Changes that have begun and not ended, in the order of their names, with the moment of their beginning. */
  readonly #pending = new Map<string, number>();
  #notes: { readonly change: string; readonly state: ChangeState }[] = [];
  /** The last change that ended, for each bucket whose mark is not beyond it yet. */
  readonly #ended = new Map<number, string>();
  #last = '';
  #since: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(connection: Pick<CassandraConnection, 'options' | 'batch'>) {
    this.#connection = connection;
    const table = tableOf(connection.options, 'change_marks');
    this.#text = `INSERT INTO ${table} (bucket, subject, state) VALUES (?, ?, ?)`;
  }

  /** Names begin in their order. */
  begin(change: string): void {
    this.#since ??= `${'0'.repeat(17)}-${writerOf(change)}`;
    this.#pending.set(change, Date.now());
    this.#last = change;
  }

  end(change: string, state: ChangeState): void {
    const expected = this.#pending.delete(change);
    if (!expected || state !== 'done') this.#notes.push({ change, state });
    const bucket = bucketOf(change);
    const last = this.#ended.get(bucket);
    if (last === undefined || last < change) this.#ended.set(bucket, change);
    this.#timer ??= setTimeout(() => this.#write(), markAfterMs);
  }

  async close(): Promise<void> {
    if (this.#timer !== undefined) this.#write();
    await this.#writing;
  }

  /** One after another: a mark must never be there before the notes on what is below it. */
  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#writeOnce());
  }

  async #writeOnce(): Promise<void> {
    this.#passSlow();
    const { value: first } = this.#pending.keys().next();
    const mark = first ?? `${this.#last}+`;
    const statements = new Map<number, Statement[]>();
    const put = (bucket: number, subject: string, state: string): void => {
      const statement = { text: this.#text, values: [bucket, subject, state] };
      const of = statements.get(bucket);
      if (of === undefined) statements.set(bucket, [statement]);
      else of.push(statement);
    };
    for (const { change, state } of this.#notes) put(bucketOf(change), change, state);
    this.#notes = [];
    for (const [bucket, last] of [...this.#ended]) {
      put(bucket, markSubject(this.#since ?? ''), mark);
      if (last < mark) this.#ended.delete(bucket);
    }
    const call = backgroundCall(longestMs);
    try {
      for (const of of statements.values())
        for (let at = 0; at < of.length; at += maxPerBatch)
          await this.#connection.batch(of.slice(at, at + maxPerBatch), call, {
            logged: false,
            urgent: true,
          });
    } catch {
      // The mark starts anew behind what got lost here, which the feed then looks into.
      this.#since = this.#last;
    }
  }

  #passSlow(): void {
    const before = Date.now() - slowMs;
    for (const [change, begun] of this.#pending) {
      if (begun > before) return;
      this.#pending.delete(change);
      this.#notes.push({ change, state: 'open' });
    }
  }
}

/** The marks of a bucket as they are read. */
export class ReadMarks {
  readonly #states = new Map<string, ChangeState>();
  readonly #marks: { readonly writer: string; readonly since: string; readonly mark: string }[] = [];

  constructor(rows: Iterable<{ readonly subject: string; readonly state: string }>) {
    for (const { subject, state } of rows) {
      const since = sinceOf(subject);
      if (since === undefined) this.#states.set(subject, state as ChangeState);
      else this.#marks.push({ writer: writerOf(since), since, mark: state });
    }
  }

  /** `open` also for a change that nobody has said anything about. */
  stateOf(change: string): ChangeState {
    const noted = this.#states.get(change);
    if (noted !== undefined) return noted;
    const writer = writerOf(change);
    return this.#marks.some((one) => one.writer === writer && one.since < change && change < one.mark)
      ? 'done'
      : 'open';
  }
}

/** Sorts behind all names of changes, so that one range of subjects holds what is said about later ones. */
function markSubject(since: string): string {
  return `mark ${since}`;
}

function sinceOf(subject: string): string | undefined {
  return subject.startsWith('mark ') ? subject.slice(5) : undefined;
}
