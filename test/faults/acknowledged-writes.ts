import { expect, vi } from 'vitest';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import { createIndex, findAll, insertAll } from '../support/repository-shorthand.ts';
import { testCall } from '../support/test-call.ts';

const clients = 8;
const accounts = 6;
const balance = 1000;
/** How long the change feed may take to tell what was committed, on a busy machine. */
const toldWithinMs = 60_000;
const pauseMs = 50;
const longestSilenceMs = 60_000;

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * What clients wrote through a service that faults befell, what they were told of it, and whether that is so: counters
 * with a unique key, and money that transactions move between accounts, each with a document that tells of it.
 */
export class AcknowledgedWrites {
  readonly #repository: DocumentRepository;
  readonly #counters: string;
  readonly #accounts: string;
  readonly #transfers: string;
  /** The least and the greatest value that a counter can have. */
  readonly #counts = new Map<string, { least: number; most: number }>();
  readonly #committed = new Set<string>();
  readonly #refused = new Set<string>();
  /** The versions that the change feed told of each document, in that order. */
  readonly #told = new Map<string, number[]>();
  readonly #stop = new AbortController();
  #watching: Promise<unknown> = Promise.resolve();
  #lastAnswer = 'none';

  /** @param prefix of the names of the collections */
  constructor(repository: DocumentRepository, prefix: string) {
    this.#repository = repository;
    this.#counters = `${prefix}_counters`;
    this.#accounts = `${prefix}_accounts`;
    this.#transfers = `${prefix}_transfers`;
  }

  /** Empty collections, full accounts, and a watch on all of them. */
  async prepare(): Promise<void> {
    const names = [this.#counters, this.#accounts, this.#transfers];
    for (const name of names) {
      if (await this.#repository.collectionExists(name, testCall()))
        await this.#repository.dropCollection(name, testCall());
      await this.#repository.createCollection(name, { capped: undefined }, testCall());
    }
    await createIndex(this.#repository, this.#counters, { key: 1 }, { unique: true });
    this.#watching = Promise.all(names.map((name) => this.#watch(name)));
    await pause(500);
    const account = (_: unknown, number: number) => ({ _id: String(number), balance });
    await insertAll(this.#repository, this.#accounts, Array.from({ length: accounts }, account));
  }

  /** Several clients at once, until the service is gone or the signal says so. */
  async write(url: string, random: () => number, name: string, signal?: AbortSignal): Promise<void> {
    const client = (_: unknown, number: number) => this.#client(url, random, `${name}-${number}`, signal);
    await Promise.all(Array.from({ length: clients }, client));
  }

  /** Waits until so much more is acknowledged: how long that takes depends on the machine. */
  async grownBy(more: number): Promise<void> {
    const done = (): number => this.#counts.size + this.#committed.size;
    const target = done() + more;
    let [before, since] = [done(), Date.now()];
    while (done() < target) {
      await pause(20);
      if (done() > before) [before, since] = [done(), Date.now()];
      else if (Date.now() - since > longestSilenceMs)
        throw new Error(`nothing is acknowledged any more; the last answer was ${this.#lastAnswer}`);
    }
  }

  /** Acknowledged writes are there, transactions all or nothing, changes told once each and in order. */
  async expectAll(): Promise<void> {
    const counted = await findAll(this.#repository, this.#counters, {});
    const values = new Map(
      counted.map(({ id, data, version }) => [id, { n: Number(data.value.n), version }]),
    );
    for (const [id, { least, most }] of this.#counts) {
      const found = values.get(id);
      expect(found?.n, id).toBeGreaterThanOrEqual(least);
      expect(found?.n, id).toBeLessThanOrEqual(most);
      expect(found?.version, id).toBe((found?.n ?? 0) + 1);
    }
    const moved = await findAll(this.#repository, this.#transfers, {});
    const ids = new Set(moved.map(({ id }) => id));
    expect([...this.#committed].filter((id) => !ids.has(id))).toEqual([]);
    expect([...this.#refused].filter((id) => ids.has(id))).toEqual([]);
    const expected = Array.from({ length: accounts }, () => balance);
    for (const { data } of moved) {
      const { from, to, amount } = data.value;
      expected[Number(from)] = (expected[Number(from)] ?? 0) - Number(amount);
      expected[Number(to)] = (expected[Number(to)] ?? 0) + Number(amount);
    }
    const held = await findAll(this.#repository, this.#accounts, {}, { _id: 1 });
    expect(held.map(({ data }) => data.value.balance)).toEqual(expected);
    const versions = [...counted, ...moved, ...held].map(({ collection, id, version }) => [
      `${collection}/${id}`,
      Array.from({ length: version }, (_, n) => n + 1),
    ]);
    const toldAll = () => expect(Object.fromEntries(this.#told)).toEqual(Object.fromEntries(versions));
    await vi.waitFor(toldAll, { timeout: toldWithinMs, interval: 500 });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
    await this.#repository.close();
  }

  /** Goes on where it was when the database went away. */
  async #watch(collection: string): Promise<void> {
    const { signal } = this.#stop;
    let after: string | undefined;
    while (!signal.aborted) {
      try {
        const call = { ...testCall(600_000), signal };
        for await (const { id, version, token } of this.#repository.watch({ collection, after }, call)) {
          after = token;
          const name = `${collection}/${id}`;
          this.#told.set(name, [...(this.#told.get(name) ?? []), version]);
        }
      } catch (error) {
        if (signal.aborted) return;
        expect(error).toMatchObject({ code: 'CONNECTION_ERROR' });
        await pause(pauseMs);
      }
    }
  }

  async #client(url: string, random: () => number, name: string, signal: AbortSignal | undefined) {
    const own: string[] = [];
    for (let n = 0; !signal?.aborted; n += 1) {
      const id = own[Math.floor(random() * own.length)];
      const next = `${name}-${n}`;
      const what = random();
      try {
        let status: number;
        if (id === undefined || what < 0.3) {
          status = await this.#create(url, next);
          if (status === 201) own.push(next);
        } else if (what < 0.65) status = await this.#count(url, id);
        else status = await this.#transfer(url, next, random);
        this.#lastAnswer = String(status);
        if (status >= 500) await pause(pauseMs);
      } catch (error) {
        this.#lastAnswer = String(error);
        return;
      }
    }
  }

  async #create(url: string, id: string): Promise<number> {
    const body = { collection: this.#counters, id, data: { n: 0, key: id } };
    const status = await send(url, '/documents', body);
    if (status === 201) this.#counts.set(id, { least: 0, most: 0 });
    return status;
  }

  /** What gets no answer may have been done. */
  async #count(url: string, id: string): Promise<number> {
    const count = this.#counts.get(id);
    if (count !== undefined) count.most += 1;
    const path = `/documents/${this.#counters}/${id}/find-and-update`;
    const status = await send(url, path, { update: { $inc: { n: 1 } } });
    if (status === 200 && count !== undefined) count.least += 1;
    return status;
  }

  async #transfer(url: string, id: string, random: () => number): Promise<number> {
    const from = Math.floor(random() * accounts);
    const to = (from + 1 + Math.floor(random() * (accounts - 1))) % accounts;
    const amount = 1 + Math.floor(random() * 9);
    const move = (account: number, by: number) => ({
      type: 'update',
      collection: this.#accounts,
      id: String(account),
      update: { $inc: { balance: by } },
    });
    const document = { id, data: { from, to, amount } };
    const told = { type: 'insert', collection: this.#transfers, document };
    const operations = [move(from, -amount), told, move(to, amount)];
    const status = await send(url, '/transactions/execute', { operations });
    if (status < 500) (status === 200 ? this.#committed : this.#refused).add(id);
    return status;
  }
}

async function send(url: string, path: string, body: object): Promise<number> {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await answer.arrayBuffer();
  return answer.status;
}
