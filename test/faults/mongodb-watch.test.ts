import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import type { ChangeEvent } from '../../src/domain/events.ts';
import { mongodbApp } from '../support/mongodb-app.ts';
import { addressOf, type Fate, type MongodbWire, mongodbWire } from '../support/mongodb-wire.ts';
import { insertAll } from '../support/repository-shorthand.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';
import { testCall } from '../support/test-call.ts';
import { openTestRepository } from '../support/test-databases.ts';

const uri = process.env.MONGODB_URI ?? '';
const name = 'mongodb_watched';

/** What a watcher sees while the way to the server breaks; changes are made on another way. */
describe.skipIf(uri === '')('mongodb', () => {
  let client: MongoClient;
  let direct: DocumentRepository;
  let wire: MongodbWire;
  let proxy: TcpProxy;
  let repository: DocumentRepository;
  let stop: AbortController;

  beforeAll(async () => {
    client = await MongoClient.connect(uri);
    direct = await openTestRepository({ type: 'mongodb', settings: { uri } });
  });
  afterAll(async () => {
    await direct.close();
    await client.close();
  });
  beforeEach(async () => {
    await direct.deleteMany(name, { kind: 'everything' }, testCall());
    wire = await mongodbWire(addressOf(uri));
    proxy = await tcpProxy({ host: '127.0.0.1', port: wire.port });
    const through = `mongodb://127.0.0.1:${proxy.port}/documents?directConnection=true&heartbeatFrequencyMS=500`;
    const settings = { uri: through, server_selection_timeout: '500ms' };
    repository = await openTestRepository({ type: 'mongodb', settings });
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await repository.close();
    await proxy.cut();
    await wire.close();
  });

  /** Gathers events in the background. */
  function watch(after?: string): { readonly events: ChangeEvent[]; readonly ended: Promise<void> } {
    const events: ChangeEvent[] = [];
    const call = { ...testCall(), signal: stop.signal };
    const ended = (async () => {
      for await (const event of repository.watch({ collection: name, after }, call)) events.push(event);
    })();
    ended.catch(() => undefined);
    return { events, ended };
  }
  const write = (from: number, to: number) =>
    insertAll(
      direct,
      name,
      Array.from({ length: to - from }, (_, index) => ({ _id: `e${from + index}`, n: from + index })),
    );
  const numbers = (events: readonly ChangeEvent[]) => events.map(({ data }) => data?.n);
  const upTo = (end: number) => Array.from({ length: end }, (_, index) => index);
  /** The server has accepted the stream, which is read from then on. */
  const opened = () =>
    expect
      .poll(() => wire.commands.some((sent) => sent.name === 'getMore'), { timeout: 10_000, interval: 5 })
      .toBe(true);
  const first = (wanted: string, fate: Fate, times: number): void => {
    let left = times;
    wire.decide((sent) => (sent.name === wanted && left-- > 0 ? fate : 'pass'));
  };

  test('a connection that is cut again and again loses no change and tells none twice', async () => {
    const { events } = watch();
    await opened();
    await settled(1500);
    let written = 0;
    for (let round = 0; round < 5; round += 1) {
      await write(written, written + 20);
      await proxy.cut();
      await write(written + 20, written + 40);
      written += 40;
      // Now within what the driver bridges by itself, now beyond it.
      await settled(round % 2 === 0 ? 100 : 1500);
      await proxy.restore();
      await settled(200);
    }
    await expect.poll(() => events.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(written);
    await settled(500);
    expect(numbers(events)).toEqual(upTo(written));
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(written);
  });

  test('a watcher that is cut off before anything happened misses nothing of what happens meanwhile', async () => {
    const { events } = watch();
    await opened();
    await settled(200);
    await proxy.cut();
    await write(0, 10);
    await settled(2500);
    await proxy.restore();
    await expect.poll(() => numbers(events), { timeout: 20_000 }).toEqual(upTo(10));
  });

  test('answers that are lost on their way are told once', async () => {
    const { events } = watch();
    await opened();
    first('getMore', 'lose', 4);
    for (let at = 0; at < 40; at += 10) {
      await write(at, at + 10);
      await settled(300);
    }
    await expect.poll(() => events.length, { timeout: 20_000 }).toBe(40);
    expect(numbers(events)).toEqual(upTo(40));
  });

  test('what the server calls resumable is resumed, whatever its code', async () => {
    const { events } = watch();
    await opened();
    const failure = { ok: 0, code: 6_000_000, codeName: 'x', errmsg: 'x' };
    first('getMore', { ...failure, errorLabels: ['ResumableChangeStreamError'] }, 3);
    await write(0, 10);
    await settled(1000);
    first('getMore', { ...failure, code: 43, codeName: 'CursorNotFound' }, 3);
    await write(10, 20);
    await expect.poll(() => events.length, { timeout: 20_000 }).toBe(20);
    expect(numbers(events)).toEqual(upTo(20));
  });

  test('an event whose document could not be looked up is told later, not lost', async () => {
    await write(0, 1);
    const { events } = watch();
    await opened();
    await settled(1500);
    first('find', 'cut', 4);
    await client
      .db('documents')
      .collection<{ _id: string }>(name)
      .updateOne({ _id: 'e0' }, { $set: { n: 7 } });
    await write(1, 3);
    await expect.poll(() => numbers(events), { timeout: 20_000 }).toEqual([7, 1, 2]);
  });

  test('Last-Event-ID goes on exactly behind the event', async () => {
    const app = mongodbApp(repository);
    const { events } = watch();
    await opened();
    await settled(500);
    await write(0, 6);
    await expect.poll(() => events.length, { timeout: 10_000 }).toBe(6);
    for (const seen of [0, 3, 4]) {
      const response = await app.request(`/api/v1/documents/${name}/watch`, {
        headers: { 'Last-Event-ID': events[seen]?.token ?? '' },
      });
      const text = await readUntil(response, '"id":"e5"');
      const told = [...text.matchAll(/"id":"e(\d)"/g)].map(([, n]) => Number(n));
      expect(told).toEqual(upTo(6).slice(seen + 1));
    }
  });

  test('a token that is none, or that the log no longer holds, is a clear error', async () => {
    const app = mongodbApp(repository);
    const token = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const answer = async (header: string) => {
      const response = await app.request(`/api/v1/documents/${name}/watch`, {
        headers: { 'Last-Event-ID': header },
      });
      return readUntil(response, 'event: error');
    };
    for (const header of ['nonsense', token({}), token({ _data: 5 }), token({ _data: 'zz' }), token([])])
      expect(await answer(header)).toContain('INVALID_REQUEST');
    const valid = token({ _data: '0'.repeat(16) });
    for (const code of [286, 280]) {
      wire.decide((sent) => (isOpening(sent) ? { ok: 0, code, codeName: 'x', errmsg: 'secret' } : 'pass'));
      const text = await answer(valid);
      expect(text).toContain('INVALID_REQUEST');
      expect(text).toContain('start without Last-Event-ID');
      expect(text).not.toContain('secret');
    }
  });

  test('a bad token does not make the service forget that the server keeps images', async () => {
    const isWithImages = ({ body }: { body: unknown }) => JSON.stringify(body).includes('whenAvailable');
    wire.decide((sent) => (isOpening(sent) ? { ok: 0, code: 2, codeName: 'BadValue', errmsg: 'x' } : 'pass'));
    for (let time = 0; time < 2; time += 1) {
      await expect(watch().ended).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    }
    expect(wire.commands.filter(isOpening).map(isWithImages)).toEqual([true, false, true, false]);
  });
});

function isOpening({ body }: { readonly body: Record<string, unknown> }): boolean {
  return body.aggregate !== undefined && JSON.stringify(body.pipeline).includes('$changeStream');
}

function settled(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The text of a stream until it holds `end`, or for 10 seconds. */
async function readUntil(response: Response, end: string): Promise<string> {
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  const timer = setTimeout(() => reader?.cancel(), 10_000);
  let text = '';
  while (reader !== undefined && !text.includes(end)) {
    const { value, done } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  // The rest of the event.
  if (end === 'event: error') text += decoder.decode((await reader?.read())?.value);
  clearTimeout(timer);
  await reader?.cancel();
  return text;
}
