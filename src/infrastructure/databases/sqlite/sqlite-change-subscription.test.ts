import { expect, it } from 'vitest';
import type { ChangeEvent } from '../../../domain/events.ts';
import { SqliteChangeSubscription } from './sqlite-change-subscription.ts';

const change = (token: string): ChangeEvent => ({
  token,
  eventId: token,
  kind: 'updated',
  collection: 'c',
  id: 'x',
  version: 1,
  data: {},
  metadata: {},
  occurredAt: '2024-01-01T00:00:00.000Z',
});

it.each([
  ['many', 10, 256],
  ['large', 300_000, 4],
])('ends for a watcher that lets changes wait that are too %s, after those', async (_, size, most) => {
  const subscription = new SqliteChangeSubscription('c');
  let pushed = 1;
  while (subscription.push(change(String(pushed)), size)) pushed += 1;
  expect(pushed).toBe(most);
  const told: string[] = [];
  for await (const { token } of subscription.changes(new AbortController().signal)) told.push(token);
  expect(told).toHaveLength(most);
});

it('goes on for a watcher that takes what comes', async () => {
  const subscription = new SqliteChangeSubscription('c');
  const changes = subscription.changes(new AbortController().signal);
  for (let i = 0; i < 10; i += 1) {
    expect(subscription.push(change(String(i)), 600_000)).toBe(true);
    expect((await changes.next()).value?.token).toBe(String(i));
  }
});
