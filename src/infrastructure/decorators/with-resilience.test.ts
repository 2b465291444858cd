import { describe, expect, test, vi } from 'vitest';
import { ServiceError } from '../../domain/errors.ts';
import { createMemoryAdapter } from '../databases/memory/memory-adapter.ts';
import { withResilience } from './with-resilience.ts';

const call = () => ({
  signal: new AbortController().signal,
  requestId: 'test',
  deadline: Date.now() + 30_000,
});

/** A database that can be switched off. */
function switchable() {
  const memory = createMemoryAdapter();
  const database = { on: true, asked: 0 };
  const gone = () => new ServiceError('CONNECTION_ERROR', 'gone');
  const adapter: typeof memory = {
    ...memory,
    get: async (...given) => {
      database.asked += 1;
      if (!database.on) throw gone();
      return memory.get(...given);
    },
    transaction: async (_call, body) => {
      if (!database.on) throw gone();
      return body({ ...memory, get: adapter.get });
    },
  };
  return { adapter, database };
}

describe('withResilience', () => {
  test('opens after five failures, asks every two seconds, and closes with the first answer', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { adapter, database } = switchable();
    const states: string[] = [];
    const guarded = withResilience(adapter, (state) => states.push(state));
    const read = () => guarded.get('c', ['a'], call()).catch((error: ServiceError) => error.details.circuit);
    database.on = false;
    for (let n = 0; n < 5; n++) expect(await read()).toBeUndefined();
    expect(await read()).toBe('open');
    expect(database.asked).toBe(5);
    vi.advanceTimersByTime(2000);
    expect(await read()).toBeUndefined();
    database.on = true;
    expect(await read()).toBe('open');
    vi.advanceTimersByTime(2000);
    expect(await read()).toEqual([undefined]);
    expect(states).toEqual(['open', 'half_open', 'open', 'half_open', 'closed']);
    vi.useRealTimers();
  });

  test('a connection that is lost within a transaction counts', async () => {
    const { adapter, database } = switchable();
    const states: string[] = [];
    const losing: typeof adapter = {
      ...adapter,
      transaction: async () => {
        throw new ServiceError(
          'TRANSACTION_FAILED',
          'lost',
          {},
          new ServiceError('CONNECTION_ERROR', 'gone'),
        );
      },
    };
    const guarded = withResilience(losing, (state) => states.push(state));
    for (let n = 0; n < 5; n++)
      await expect(guarded.transaction?.(call(), async () => undefined)).rejects.toThrow('lost');
    expect(states).toEqual(['open']);
    await expect(guarded.get('c', ['a'], call())).rejects.toMatchObject({ details: { circuit: 'open' } });
    expect(database.asked).toBe(0);
  });

  test('a transaction may be what tries whether the database is back', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { adapter, database } = switchable();
    const guarded = withResilience(adapter, () => undefined);
    database.on = false;
    for (let n = 0; n < 5; n++) await expect(guarded.get('c', ['a'], call())).rejects.toThrow();
    database.on = true;
    vi.advanceTimersByTime(2000);
    const inside = guarded.transaction?.(call(), (operations) => operations.get('c', ['a'], call()));
    expect(await inside).toEqual([undefined]);
    vi.useRealTimers();
  });
});
