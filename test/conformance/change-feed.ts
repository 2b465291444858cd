import { expect } from 'vitest';
import type { ChangeEvent } from '../../src/domain/events.ts';
import { changeOne, insertAll, updateOne } from '../support/repository-shorthand.ts';
import { testCall } from '../support/test-call.ts';
import type { Suite } from './suite.ts';

/** `watch`: every change once it is made, in order, resumable. */
export function changeFeed({ repository, collection, test }: Suite): void {
  test('changes are told in order, and a token resumes after it', async () => {
    if (repository().capabilities.changeFeed === 'unsupported') {
      expect(() => repository().watch({ collection: undefined, after: undefined }, testCall())).toThrow();
      return;
    }
    const name = await collection();
    await insertAll(repository(), name, [{ _id: 'before' }]);
    const first = collect(name, undefined, 4);
    await settled();
    await insertAll(repository(), name, [{ _id: 'a', n: 1 }]);
    await updateOne(repository(), name, 'a', { $set: { n: 2 } });
    await updateOne(repository(), name, 'a', { $set: { n: 2 } });
    await changeOne(repository(), name, 'a', { kind: 'replace', data: { n: 3 }, metadata: undefined });
    await changeOne(repository(), name, 'a', { kind: 'remove' });
    const events = await first;
    expect(events.map((event) => [event.kind, event.id, event.data])).toEqual([
      ['created', 'a', { n: 1 }],
      ['updated', 'a', { n: 2 }],
      ['updated', 'a', { n: 3 }],
      ['deleted', 'a', null],
    ]);
    expect(new Set(events.map((event) => event.eventId)).size).toBe(4);
    const resumed = await collect(name, events[1]?.token, 2);
    expect(resumed.map((event) => event.eventId)).toEqual(events.slice(2).map((event) => event.eventId));
  });

  async function collect(
    name: string,
    after: string | undefined,
    count: number,
  ): Promise<readonly ChangeEvent[]> {
    const stop = new AbortController();
    const call = { ...testCall(), signal: AbortSignal.any([stop.signal, AbortSignal.timeout(20_000)]) };
    const events: ChangeEvent[] = [];
    for await (const event of repository().watch({ collection: name, after }, call)) {
      events.push(event);
      if (events.length === count) break;
    }
    stop.abort();
    return events;
  }
}

/** Time for a watcher to be in place: a feed starts at the moment when the database opens it. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000));
}
