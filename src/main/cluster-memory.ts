import cluster, { type Worker } from 'node:cluster';
import type {
  IdempotencyClaim,
  IdempotencyStore,
  StoredAnswer,
} from '../application/ports/idempotency-store.ts';
import type { RateLimitDecision, RateLimiter } from '../application/ports/rate-limiter.ts';
import type { Config } from '../infrastructure/config/load-config.ts';
import { storeIsFull } from '../infrastructure/in-process/in-process-idempotency-store.ts';
import { ownMemory, type SharedMemory } from './own-memory.ts';

/**
 * How the workers of a cluster keep one memory of their callers: the primary has it, and they ask it, one message and
 * one answer a question.
 */
type Question =
  | { readonly kind: 'claim'; readonly key: string; readonly fingerprint: string }
  | { readonly kind: 'complete'; readonly key: string; readonly answer: StoredAnswer }
  | { readonly kind: 'lose' | 'release' | 'take'; readonly key: string };
type Answer =
  | IdempotencyClaim
  | RateLimitDecision
  | { readonly status: 'done' }
  | { readonly status: 'full' };
interface Asked {
  readonly type: 'memory:ask';
  readonly id: number;
  readonly question: Question;
}
interface Answered {
  readonly type: 'memory:answer';
  readonly id: number;
  readonly answer: Answer;
}

/** In the primary: answers its workers. A worker that dies leaves requests of which nobody knows what became. */
export function shareMemory(config: Config): void {
  const memory = ownMemory(config);
  const running = new Map<number, Set<string>>();
  cluster.on('message', async (worker: Worker, message: Asked) => {
    if (message.type !== 'memory:ask') return;
    const { id, question } = message;
    const answer = await answerQuestion(memory, question);
    note(running, worker.id, question, answer);
    // Without a listener, the error of a worker that died meanwhile would end this process.
    if (worker.isConnected())
      worker.send({ type: 'memory:answer', id, answer } satisfies Answered, () => undefined);
  });
  // Not `exit`: what the worker still said before it died is read until then.
  cluster.on('disconnect', ({ id }: Worker) => {
    for (const key of running.get(id) ?? []) memory.idempotency.lose(key);
    running.delete(id);
  });
}

async function answerQuestion(
  { idempotency, rateLimiter }: ReturnType<typeof ownMemory>,
  question: Question,
): Promise<Answer> {
  switch (question.kind) {
    case 'claim':
      return idempotency.claim(question.key, question.fingerprint).catch(() => ({ status: 'full' }));
    case 'complete':
      await idempotency.complete(question.key, question.answer);
      return { status: 'done' };
    case 'release':
      await idempotency.release(question.key);
      return { status: 'done' };
    case 'lose':
      idempotency.lose(question.key);
      return { status: 'done' };
    case 'take':
      return rateLimiter?.take(question.key) ?? { status: 'done' };
  }
}

/** Which keys each worker is at. */
function note(
  running: Map<number, Set<string>>,
  worker: number,
  { kind, key }: Question,
  answer: Answer,
): void {
  if (kind === 'take') return;
  const keys = running.get(worker) ?? new Set();
  running.set(worker, keys);
  if (kind !== 'claim') keys.delete(key);
  else if ('status' in answer && answer.status === 'claimed') keys.add(key);
}

/** In a worker: the memory of the primary. */
export function memoryOfPrimary({ limits }: Config): SharedMemory {
  const ask = askPrimary();
  const { enabled, per_minute } = limits.rate_limit;
  return {
    idempotency: storeOfPrimary(ask, limits.idempotency.max_answer_bytes),
    rateLimiter: enabled ? limiterOfPrimary(ask, per_minute) : undefined,
  };
}

type Ask = (question: Question) => Promise<Answer>;

function askPrimary(): Ask {
  const waiting = new Map<number, (answer: Answer) => void>();
  let lastId = 0;
  process.on('message', (message: Answered) => {
    if (message.type !== 'memory:answer') return;
    waiting.get(message.id)?.(message.answer);
    waiting.delete(message.id);
  });
  return (question) =>
    new Promise((resolve) => {
      lastId += 1;
      waiting.set(lastId, resolve);
      process.send?.({ type: 'memory:ask', id: lastId, question } satisfies Asked);
    });
}

function storeOfPrimary(ask: Ask, maxAnswerBytes: number): IdempotencyStore {
  return {
    claim: async (key, fingerprint) => {
      const answer = await ask({ kind: 'claim', key, fingerprint });
      if ('status' in answer && answer.status !== 'full' && answer.status !== 'done') return answer;
      throw storeIsFull();
    },
    complete: async (key, answer) => {
      // Larger than what is kept: it need not travel.
      const fits = answer.body.length <= maxAnswerBytes;
      await ask(fits ? { kind: 'complete', key, answer } : { kind: 'lose', key });
    },
    release: async (key) => {
      await ask({ kind: 'release', key });
    },
  };
}

function limiterOfPrimary(ask: Ask, perMinute: number): RateLimiter {
  return {
    limit: perMinute,
    windowSeconds: 60,
    take: async (key) => {
      const answer = await ask({ kind: 'take', key });
      return 'allowed' in answer ? answer : { allowed: true, remaining: perMinute, resetSeconds: 0 };
    },
  };
}
