import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createMongodbAdapter,
  type MongodbAdapter,
} from '../../src/infrastructure/databases/mongodb/mongodb-adapter.ts';
import { addressOf, type MongodbWire, mongodbWire, type WireDocument } from '../support/mongodb-wire.ts';
import { testCall } from '../support/test-call.ts';
import { testDocument } from '../support/test-document.ts';

const uri = process.env.MONGODB_URI ?? '';
const name = 'mongodb_credentials';
/** How long what runs on the old credentials may take; a loaded machine is slow. */
const drainMs = 3_000;

/**
 * Credentials that change while the service runs. The server of the tests has no users, so the way to it plays the part
 * of one: it tells which user each connection presents, and answers as a server would.
 */
describe.skipIf(uri === '')('mongodb', () => {
  let wire: MongodbWire;
  let adapter: MongodbAdapter;
  let accepted: ReadonlySet<string>;

  beforeEach(async () => {
    accepted = new Set(['first:old']);
    wire = await mongodbWire(addressOf(uri));
    wire.decide(({ name, body }) => (name === 'saslStart' ? plainAnswer(body, accepted) : 'pass'));
    adapter = createMongodbAdapter({
      uri: `mongodb://127.0.0.1:${wire.port}/documents?directConnection=true&authMechanism=PLAIN&authSource=$external`,
      credentials: { username: 'first', password: 'old' },
      drainMs,
    });
  });
  afterEach(async () => {
    await adapter.close();
    await wire.close();
  });

  const presented = () =>
    wire.commands.filter(({ name }) => name === 'saslStart').map(({ body }) => presentedBy(body));

  test('connections made after a change present the new credentials, and requests do not fail meanwhile', {
    timeout: 30_000,
  }, async () => {
    await adapter.ping(testCall());
    expect(new Set(presented())).toEqual(new Set(['first:old']));
    accepted = new Set(['first:old', 'second:new']);
    const before = wire.commands.length;
    const requests = Array.from({ length: 200 }, async (_, index) => {
      if (index === 50) await adapter.reconnect({ username: 'second', password: 'new' });
      return adapter.insert(name, [testDocument(name, crypto.randomUUID(), { index })], testCall(), {
        ordered: true,
      });
    });
    expect((await Promise.all(requests)).flat().every(({ status }) => status === 'inserted')).toBe(true);
    expect(presented()).toContain('second:new');
    // The old user is taken away, and what remains of its connections has been closed by now.
    accepted = new Set(['second:new']);
    await new Promise((resolve) => setTimeout(resolve, 2 * drainMs));
    const later = wire.commands.length;
    await Promise.all(Array.from({ length: 30 }, () => adapter.get(name, [crypto.randomUUID()], testCall())));
    const made = wire.commands.slice(later).filter((command) => command.name === 'saslStart');
    expect(made.map(({ body }) => presentedBy(body)).filter((user) => user !== 'second:new')).toEqual([]);
    expect(later).toBeGreaterThan(before);
  });

  test('credentials that are refused change nothing, and are not shown', async () => {
    await adapter.ping(testCall());
    const refused = adapter.reconnect({ username: 'second', password: 'a secret' });
    await expect(refused).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
    await refused.catch((error: unknown) => {
      const { message, details } = error as { message: string; details: unknown };
      expect(JSON.stringify({ message, details })).not.toContain('secret');
    });
    await adapter.ping(testCall());
    const before = presented().length;
    await Promise.all(Array.from({ length: 15 }, () => adapter.get(name, [crypto.randomUUID()], testCall())));
    expect(new Set(presented().slice(before))).not.toContain('second:a secret');
  });

  test('one change after another: the last one holds', { timeout: 30_000 }, async () => {
    accepted = new Set(['first:old', 'second:new', 'third:newer']);
    await adapter.ping(testCall());
    await adapter.reconnect({ username: 'second', password: 'new' });
    await adapter.reconnect({ username: 'third', password: 'newer' });
    accepted = new Set(['third:newer']);
    await new Promise((resolve) => setTimeout(resolve, 2 * drainMs));
    await Promise.all(Array.from({ length: 30 }, () => adapter.get(name, [crypto.randomUUID()], testCall())));
    expect(presented().at(-1)).toBe('third:newer');
  });
});

/** `user:password` of SASL PLAIN: https://www.rfc-editor.org/rfc/rfc4616 */
function presentedBy({ payload }: WireDocument): string {
  const bytes = (payload as { readonly buffer: Uint8Array }).buffer;
  const [, user, password] = Buffer.from(bytes).toString().split('\0');
  return `${user}:${password}`;
}

function plainAnswer(body: WireDocument, accepted: ReadonlySet<string>): WireDocument {
  return accepted.has(presentedBy(body))
    ? { ok: 1, conversationId: 1, done: true, payload: Buffer.alloc(0) }
    : { ok: 0, code: 18, codeName: 'AuthenticationFailed', errmsg: 'Authentication failed.' };
}
