import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../src/infrastructure/config/config-schema.ts';
import {
  type CassandraAdapter,
  createCassandraAdapter,
} from '../../src/infrastructure/databases/cassandra/cassandra-adapter.ts';
import type { CassandraOptions } from '../../src/infrastructure/databases/cassandra/cassandra-options.ts';
import { cassandraOptions } from '../../src/infrastructure/databases/cassandra/cassandra-settings.ts';
import {
  type CqlFrame,
  type CqlFront,
  type CqlFrontOptions,
  cqlFront,
  errorAnswer,
  opcodes,
} from '../support/cql-front.ts';
import { testCall } from '../support/test-call.ts';
import { testCertificate } from '../support/test-certificates.ts';
import { testDocument } from '../support/test-document.ts';

const [server = ''] = process.env.CASSANDRA_CONTACT_POINTS?.split(',') ?? [];
const collection = 'faults';
const overloaded = errorAnswer(0x1001, 'Too many in flight hints');
const writes: readonly number[] = [opcodes.execute, opcodes.batch];

/** On a real server, behind a front that this file can close, overload, lock or encrypt. */
describe.skipIf(server === '')('faults of Cassandra', { timeout: 120_000 }, () => {
  const opened: CassandraAdapter[] = [];
  const fronts: CqlFront[] = [];
  let direct: CassandraAdapter;

  const optionsFor = (contactPoint: string): CassandraOptions =>
    cassandraOptions(configSchema.parse({ cassandra: { enabled: true, contact_points: [contactPoint] } }));
  const openFront = async (options?: CqlFrontOptions): Promise<CqlFront> => {
    const [host = '', port = ''] = server.split(':');
    const front = await cqlFront({ host, port: Number(port) }, options);
    fronts.push(front);
    return front;
  };
  const open = (front: CqlFront, more: Partial<CassandraOptions> = {}): CassandraAdapter => {
    const adapter = createCassandraAdapter({ ...optionsFor(`127.0.0.1:${front.port}`), ...more });
    opened.push(adapter);
    return adapter;
  };
  const insert = (adapter: CassandraAdapter, id: string, milliseconds?: number) =>
    adapter.insert(collection, [testDocument(collection, id, { id })], testCall(milliseconds), {
      ordered: true,
    });
  const get = async (adapter: CassandraAdapter, id: string, milliseconds?: number) =>
    (await adapter.get(collection, [id], testCall(milliseconds)))[0]?.id;

  beforeAll(async () => {
    direct = createCassandraAdapter(optionsFor(server));
    await insert(direct, 'a');
  }, 60_000);
  afterEach(async () => {
    for (const adapter of opened.splice(0)) await adapter.close();
    for (const front of fronts.splice(0)) await front.cut();
  });
  afterAll(async () => {
    await direct.schema.dropCollection(collection, testCall());
    await direct.close();
  });

  it('a node that goes away and comes back is used again', async () => {
    const front = await openFront();
    const adapter = open(front);
    expect(await get(adapter, 'a')).toBe('a');
    await front.cut();
    await expect(get(adapter, 'a')).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
    await expect(insert(adapter, 'b')).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
    await front.restore();
    await expect.poll(() => get(adapter, 'a').catch(() => undefined), { timeout: 10_000 }).toBe('a');
    expect(await insert(adapter, 'after restart')).toEqual([{ status: 'inserted' }]);
  });

  it('a node that refuses for a moment is asked again, one that keeps refusing is CONNECTION_ERROR', async () => {
    const front = await openFront();
    const adapter = open(front);
    await get(adapter, 'a');
    let refused = 0;
    front.before = ({ opcode }) => (opcode === opcodes.execute && refused++ < 3 ? overloaded : undefined);
    expect(await get(adapter, 'a')).toBe('a');
    expect(refused).toBe(4);
    front.before = ({ opcode }) => (writes.includes(opcode) ? overloaded : undefined);
    await expect(get(adapter, 'a')).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
    await expect(insert(adapter, 'refused')).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
    front.before = () => undefined;
    expect(await get(adapter, 'refused')).toBeUndefined();
  });

  it('a read that timed out between the nodes is asked again', async () => {
    const front = await openFront();
    const adapter = open(front);
    await get(adapter, 'a');
    let refused = 0;
    const timedOut = errorAnswer(0x1200, 'Operation timed out');
    const received = Buffer.from([0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    const answer = { ...timedOut, body: Buffer.concat([timedOut.body, received]) };
    front.before = ({ opcode }) => (opcode === opcodes.execute && refused++ < 3 ? answer : undefined);
    expect(await get(adapter, 'a')).toBe('a');
    expect(refused).toBe(4);
  });

  it('a write that was made though its answer was a refusal has been made once', async () => {
    const front = await openFront();
    const adapter = open(front);
    await get(adapter, 'a');
    let refused = 0;
    front.instead = (frame) =>
      holdsValue(frame, '{"id":"made"}') && refused++ === 0 ? overloaded : undefined;
    expect(await insert(adapter, 'made')).toEqual([{ status: 'inserted' }]);
    expect(refused).toBe(2);
    expect(await insert(adapter, 'made')).toMatchObject([
      { status: 'failed', error: { code: 'DUPLICATE_KEY' } },
    ]);
  });

  it('5,000 requests at once stand in line, and no more than the bound are under way', async () => {
    const front = await openFront();
    const adapter = open(front, { statements: { atOnce: 64, waiting: 10_000, waitMs: 60_000 } });
    await insert(adapter, 'a');
    Object.assign(front.statements, { total: 0, most: 0 });
    const ids = Array.from({ length: 5000 }, (_, n) => `n${n}`);
    const found = await Promise.all(ids.map((id) => get(adapter, id, 60_000)));
    expect(found.every((id) => id === undefined)).toBe(true);
    expect(front.statements.total).toBeGreaterThanOrEqual(5000);
    // Besides: the change feed's announcements and marks, which do not wait.
    expect(front.statements.most).toBeLessThanOrEqual(64 + 4);
  });

  it('who waits too long, or finds the line full, is told at once, and those behind are served', async () => {
    const front = await openFront();
    const adapter = open(front, { statements: { atOnce: 8, waiting: 200, waitMs: 40 } });
    await get(adapter, 'a');
    const settled = await Promise.allSettled(Array.from({ length: 5000 }, () => get(adapter, 'a')));
    const codes = settled.map((one) => (one.status === 'rejected' ? one.reason.code : 'found'));
    expect(new Set(codes)).toEqual(new Set(['found', 'CONNECTION_ERROR']));
    expect(codes.filter((code) => code === 'found').length).toBeGreaterThanOrEqual(8);
    expect(await get(adapter, 'a')).toBe('a');
  });

  it('speaks TLS, and only with a server that it can trust', async () => {
    const { cert, key } = testCertificate('cassandra');
    const front = await openFront({ tls: { cert, key } });
    expect(await get(open(front, { tls: { ca: cert, rejectUnauthorized: true } }), 'a')).toBe('a');
    const refusing = [
      open(front, { tls: { rejectUnauthorized: true } }),
      open(front, { tls: { ca: testCertificate('another').cert, rejectUnauthorized: true } }),
      open(front),
    ];
    for (const adapter of refusing)
      await expect(get(adapter, 'a')).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
  });

  it('goes over to other credentials while requests run, and stays with the old ones when they are refused', async () => {
    let valid = 'one';
    const front = await openFront({ login: (_, password) => password === valid });
    const adapter = open(front, { credentials: { username: 'service', password: 'one' } });
    expect(await get(adapter, 'a')).toBe('a');
    valid = 'two';
    await expect(adapter.reconnect({ username: 'service', password: 'one' })).rejects.toMatchObject({
      code: 'CONNECTION_ERROR',
    });
    let swapped = false;
    const reading = Array.from({ length: 8 }, async () => {
      while (!swapped) expect(await get(adapter, 'a')).toBe('a');
    });
    await adapter.reconnect({ username: 'renewed', password: 'two' });
    swapped = true;
    await Promise.all(reading);
    const users = new Set<string | undefined>();
    front.before = ({ opcode, username }) => {
      if (opcode === opcodes.execute) users.add(username);
      return undefined;
    };
    expect(await insert(adapter, 'renewed')).toEqual([{ status: 'inserted' }]);
    expect(users).toEqual(new Set(['renewed']));
    const locked = open(front, { credentials: { username: 'service', password: 'one' } });
    await expect(get(locked, 'a')).rejects.toMatchObject({
      code: 'CONNECTION_ERROR',
      message: 'Cassandra refuses the credentials',
    });
  });
});

/** Whether a statement has this text as a whole value. */
function holdsValue({ opcode, body }: CqlFrame, value: string): boolean {
  const length = Buffer.alloc(4);
  length.writeInt32BE(value.length);
  return opcode === opcodes.execute && body.includes(Buffer.concat([length, Buffer.from(value)]));
}
