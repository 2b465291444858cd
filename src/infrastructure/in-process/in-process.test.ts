import { expect, test } from 'vitest';
import { InProcessIdempotencyStore } from './in-process-idempotency-store.ts';
import { TokenBucketRateLimiter } from './token-bucket-rate-limiter.ts';

test('a bucket empties, refills evenly and never overflows', () => {
  let now = 0;
  const limiter = new TokenBucketRateLimiter({ perMinute: 60, clock: { now: () => now } });
  const taken = Array.from({ length: 61 }, () => limiter.take('a'));
  expect(taken.map((decision) => decision.allowed)).toEqual([...Array(60).fill(true), false]);
  expect(taken.at(-1)).toEqual({ allowed: false, remaining: 0, resetSeconds: 1 });
  expect(limiter.take('b')).toEqual({ allowed: true, remaining: 59, resetSeconds: 1 });
  now = 2000;
  expect(limiter.take('a')).toMatchObject({ allowed: true, remaining: 1 });
  now = 10_000_000;
  expect(limiter.take('a').remaining).toBe(59);
});

test('forgets the caller that was seen longest ago', () => {
  const limiter = new TokenBucketRateLimiter({ perMinute: 2, clock: { now: () => 0 }, maxKeys: 2 });
  limiter.take('a');
  limiter.take('b');
  limiter.take('a');
  limiter.take('c');
  expect(limiter.take('a').allowed).toBe(false);
  expect(limiter.take('b').remaining).toBe(1);
});

test('keeps answers for a day, by claim', async () => {
  let now = 0;
  const store = storeOf(4000, { now: () => now });
  const answer = { status: 201, headers: {}, body: '{}' };
  expect(await store.claim('k', 'f')).toEqual({ status: 'claimed' });
  expect(await store.claim('k', 'f')).toEqual({ status: 'running', fingerprint: 'f' });
  await store.complete('k', answer);
  expect(await store.claim('k', 'other')).toEqual({ status: 'answered', fingerprint: 'f', answer });
  await store.claim('released', 'f');
  await store.release('released');
  expect(await store.claim('released', 'f')).toEqual({ status: 'claimed' });
  now = 24 * 60 * 60 * 1000;
  expect(await store.claim('k', 'g')).toEqual({ status: 'claimed' });
});

test('a full store refuses new keys and forgets none', async () => {
  let now = 0;
  const store = storeOf(4000, { now: () => now });
  const kept: string[] = [];
  const fill = async () => {
    for (let i = 0; i < 10; i++) {
      await store.claim(`k${i}`, 'f');
      kept.push(`k${i}`);
      await store.complete(`k${i}`, { status: 200, headers: {}, body: 'x'.repeat(500) });
    }
  };
  await expect(fill()).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
  expect(kept.length).toBeGreaterThan(2);
  const claims = await Promise.all(kept.map((key) => store.claim(key, 'f')));
  // The answer that no longer fitted is gone, its key is not.
  expect(claims.map(({ status }) => status)).toEqual(['answered', 'answered', 'answered', 'lost']);
  now = 24 * 60 * 60 * 1000;
  expect((await store.claim('k9', 'f')).status).toBe('claimed');
});

test('what was carried out stays so without its answer', async () => {
  const store = storeOf(1_000_000);
  await store.claim('large', 'f');
  await store.complete('large', { status: 200, headers: {}, body: 'x'.repeat(1001) });
  expect(await store.claim('large', 'f')).toEqual({ status: 'lost', fingerprint: 'f' });
  await store.claim('ended', 'f');
  store.lose('ended');
  await store.release('ended');
  expect((await store.claim('ended', 'f')).status).toBe('lost');
});

function storeOf(maxBytes: number, clock = { now: () => 0 }): InProcessIdempotencyStore {
  return new InProcessIdempotencyStore({ clock, maxBytes, maxAnswerBytes: 1000 });
}
