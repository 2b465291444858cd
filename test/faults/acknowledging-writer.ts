import { createSqliteAdapter } from '../../src/infrastructure/databases/sqlite/sqlite-adapter.ts';
import { testDocument } from '../support/test-document.ts';

/** A process that writes to a SQLite file without end and prints each id after it was acknowledged. */
const [path = '', prefix = ''] = process.argv.slice(2);
const adapter = createSqliteAdapter({ path });
const call = { signal: new AbortController().signal, requestId: 'fault', deadline: Number.MAX_SAFE_INTEGER };
let next = 0;

async function write(): Promise<never> {
  for (;;) {
    const id = `${prefix}${next++}`;
    const [outcome] = await adapter.insert('c', [testDocument('c', id, { id })], call, { ordered: true });
    if (outcome?.status === 'inserted') process.stdout.write(`${id}\n`);
  }
}

await adapter.schema.createIndex(
  'c',
  {
    name: 'id',
    keys: [{ path: ['id'], kind: 1 }],
    unique: true,
    sparse: false,
    expireAfterSeconds: undefined,
    partialFilter: undefined,
  },
  call,
);
await Promise.all(Array.from({ length: 16 }, write));
