import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { StoredAnswer } from '../../../application/ports/idempotency-store.ts';
import { invalidRequest, ServiceError } from '../../../domain/errors.ts';
import type { Answer } from '../answer.ts';
import { errorAnswer, toServiceError } from '../error-response.ts';
import type { Exchange } from '../exchange.ts';
import { timedOut } from '../request-call.ts';

const saneKey = /^[\x21-\x7e]{1,255}$/;
const pollMs = 20;

/**
 * Handles a request once per `Idempotency-Key` and caller: the same request again gets the first answer again (marked
 * `Idempotency-Replayed: true`), waiting for it when it still runs; another request under the same key is
 * INVALID_REQUEST, and so is the same one when its answer is not known any more: it is never carried out again.
 * Failures that a retry may cure (5xx) and streams are not kept.
 */
export async function answerOnce(
  exchange: Exchange,
  body: string,
  handle: () => Answer | Promise<Answer>,
): Promise<Answer> {
  const { request, service } = exchange;
  const { deadline } = exchange.call;
  const given = request.header('idempotency-key') ?? '';
  if (!saneKey.test(given)) throw invalidRequest('1–255 visible ASCII characters', 'Idempotency-Key');
  const key = `${request.principal?.subject ?? ''} ${given}`;
  const fingerprint = fingerprintOf(exchange, body);
  for (;;) {
    const claim = await service.idempotency.claim(key, fingerprint);
    if (claim.status === 'claimed') return handleFirst(exchange, key, handle);
    if (claim.fingerprint !== fingerprint)
      throw invalidRequest('the key was used for another request', 'Idempotency-Key');
    if (claim.status === 'answered') return replay(claim.answer, request.id);
    if (claim.status === 'lost') throw answerLost();
    if (service.clock.now() > deadline) throw timedOut();
    await pause(pollMs);
  }
}

function fingerprintOf({ request, database }: Exchange, body: string): string {
  const parts = [request.method, request.path, request.queryString, database, body];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

async function handleFirst(
  exchange: Exchange,
  key: string,
  handle: () => Answer | Promise<Answer>,
): Promise<Answer> {
  const { idempotency } = exchange.service;
  try {
    const answer = await handleOrFail(exchange, handle);
    const kept = answer.status < 500 && typeof answer.body === 'string' ? answer.body : undefined;
    if (kept === undefined) await idempotency.release(key);
    else await idempotency.complete(key, { status: answer.status, headers: headersOf(answer), body: kept });
    return answer;
  } catch (error) {
    await idempotency.release(key);
    throw error;
  }
}

/** A request that the service refused is an answer like any other, except where a retry may succeed. */
async function handleOrFail(exchange: Exchange, handle: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await handle();
  } catch (thrown) {
    const error = toServiceError(thrown);
    const answer = errorAnswer(error, exchange.request.id);
    if (answer.status >= 500) throw error;
    return answer;
  }
}

function headersOf(answer: Answer): Readonly<Record<string, string>> {
  return { ...answer.headers };
}

/** The request may have been carried out, and is not carried out again. */
function answerLost(): ServiceError {
  return new ServiceError(
    'INVALID_REQUEST',
    'the request with this key may have been carried out, but its answer was not kept: read what it changed',
    { path: 'Idempotency-Key', reason: 'ANSWER_NOT_KEPT' },
  );
}

function replay(stored: StoredAnswer, requestId: string): Answer {
  const body = stored.status < 400 ? stored.body : withRequestId(stored.body, requestId);
  return { ...stored, body, headers: { ...stored.headers, 'Idempotency-Replayed': 'true' } };
}

/** An error names the request that it answers. */
function withRequestId(body: string, requestId: string): string {
  const answer = JSON.parse(body);
  return JSON.stringify({ ...answer, error: { ...answer.error, request_id: requestId } });
}
