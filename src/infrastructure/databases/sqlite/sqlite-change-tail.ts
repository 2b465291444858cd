import { ServiceError } from '../../../domain/errors.ts';
import { SqliteChangeSubscription } from './sqlite-change-subscription.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import { toServiceError } from './sqlite-errors.ts';
import { checkPosition, lastSequence, readChange, readHeads } from './sqlite-outbox.ts';

/** How often to look for changes of other processes, milliseconds. */
const pollInterval = 250;
const batch = 500;

/**
 * The end of the change log: looked at once for all watchers of this process, after each commit and now and then. Each
 * change is handed to those whose collection it is of; one that nobody watches is not even read.
 */
export class SqliteChangeTail {
  readonly #database: SqliteDatabase;
  readonly #most: number;
  readonly #subscriptions = new Map<string | undefined, Set<SqliteChangeSubscription>>();
  #watchers = 0;
  #position = 0;
  #stop: (() => void) | undefined;

  constructor(database: SqliteDatabase, mostWatchers: number) {
    this.#database = database;
    this.#most = mostWatchers;
  }

  /** One more watcher, until `leave`. Throws CONNECTION_ERROR when there are too many. */
  enter(): void {
    if (this.#watchers >= this.#most)
      throw new ServiceError('CONNECTION_ERROR', 'too many watchers', { max_watchers: this.#most });
    this.#watchers += 1;
  }

  leave(): void {
    this.#watchers -= 1;
  }

  /** Tells every change that is committed from now on, and maybe some that were just before. */
  subscribe(collection: string | undefined): SqliteChangeSubscription {
    this.#start();
    const subscription = new SqliteChangeSubscription(collection);
    const others = this.#subscriptions.get(collection);
    if (others === undefined) this.#subscriptions.set(collection, new Set([subscription]));
    else others.add(subscription);
    return subscription;
  }

  unsubscribe(subscription: SqliteChangeSubscription): void {
    const others = this.#subscriptions.get(subscription.collection);
    others?.delete(subscription);
    if (others?.size === 0) this.#subscriptions.delete(subscription.collection);
    if (this.#subscriptions.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
  }

  #start(): void {
    const local = this.#database.current();
    if (this.#stop !== undefined || local === undefined) return;
    this.#position = lastSequence(local);
    const timer = setInterval(this.#look, pollInterval).unref();
    const forget = this.#database.onCommit(this.#look);
    this.#stop = () => {
      clearInterval(timer);
      forget();
    };
  }

  /** Never throws: whoever commits has nothing to do with those who watch. */
  readonly #look = (): void => {
    try {
      const local = this.#database.current();
      if (local !== undefined) this.#readOn(local);
    } catch (error) {
      const failure = toServiceError(error);
      for (const subscription of [...this.#subscriptions.values()].flatMap((all) => [...all])) {
        subscription.fail(failure);
        this.unsubscribe(subscription);
      }
    }
  };

  #readOn(local: SqliteConnection): void {
    for (;;) {
      const heads = readHeads(local, this.#position, batch);
      // Numbers are without gaps: where one is missing, its change was removed before it was told.
      if (heads[0]?.[0] !== this.#position + 1) checkPosition(local, this.#position);
      for (const [seq, collection] of heads) {
        this.#tell(local, seq, collection);
        this.#position = seq;
      }
      if (heads.length < batch) return;
    }
  }

  #tell(local: SqliteConnection, seq: number, collection: string): void {
    const listeners = [collection, undefined].flatMap((key) => [...(this.#subscriptions.get(key) ?? [])]);
    if (listeners.length === 0) return;
    const found = readChange(local, seq);
    if (found === undefined) checkPosition(local, seq - 1);
    else
      for (const listener of listeners)
        if (!listener.push(found.change, found.size)) this.unsubscribe(listener);
  }
}
