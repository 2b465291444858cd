import { setTimeout as pause } from 'node:timers/promises';
import { ServiceError } from '../../domain/errors.ts';
import type { ChangeEvent } from '../../domain/events.ts';
import type { Answer } from './answer.ts';
import { errorJson, toServiceError } from './error-response.ts';
import type { Exchange } from './exchange.ts';

const heartbeatMs = 15_000;
/** How long the answer to a client that resumes waits for the feed to refuse its position, milliseconds. */
const refusalMs = 1000;

/**
 * Server-sent events of changes. A comment every 15 seconds keeps proxies from closing an idle stream; the stream ends
 * with the client, with the process, or with an `error` event. A position that the feed refuses is an ordinary error:
 * to a stream that ends, browsers would come back with the same position for ever.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function eventStreamAnswer(
  exchange: Exchange,
  changes: AsyncIterable<ChangeEvent>,
  resumed: boolean,
): Promise<Answer> {
  const close = exchange.service.streams.changes.open();
  const iterator = changes[Symbol.asyncIterator]();
  let first: Promise<IteratorResult<ChangeEvent>> | undefined = iterator.next();
  try {
    // An early failure is told by the stream where the stream has begun.
    first.catch(() => undefined);
    if (resumed) await Promise.race([first, pause(refusalMs, undefined, { ref: false })]);
  } catch (error) {
    close();
    throw error;
  }
  const { stopping } = exchange.service;
  const encoder = new TextEncoder();
  let heartbeat: NodeJS.Timeout | undefined;
  const stop = () => exchange.call.abort(new ServiceError('CONNECTION_ERROR', 'the service is stopping'));
  const release = () => {
    close();
    clearInterval(heartbeat);
    stopping.removeEventListener('abort', stop);
    exchange.end();
  };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      // Tells the client that the stream is open, before anything changes.
      controller.enqueue(encoder.encode('retry: 2000\n\n'));
      heartbeat = setInterval(() => controller.enqueue(encoder.encode(': heartbeat\n\n')), heartbeatMs);
      if (stopping.aborted) stop();
      else stopping.addEventListener('abort', stop, { once: true });
    },
    async pull(controller) {
      const { text, done } = await eventOf(first ?? iterator.next(), exchange);
      first = undefined;
      if (text !== '') controller.enqueue(encoder.encode(text));
      if (!done) return;
      release();
      controller.close();
    },
    async cancel() {
      release();
      exchange.call.abort(new ServiceError('INVALID_REQUEST', 'the client closed the stream'));
      await iterator.return?.();
    },
  });
  return {
    status: 200,
    contentType: 'text/event-stream',
    // https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
    headers: { 'X-Accel-Buffering': 'no' },
    body,
  };
}

async function eventOf(
  change: Promise<IteratorResult<ChangeEvent>>,
  exchange: Exchange,
): Promise<{ readonly text: string; readonly done: boolean }> {
  try {
    const next = await change;
    return next.done === true ? { text: '', done: true } : { text: eventText(next.value), done: false };
  } catch (thrown) {
    const error = toServiceError(thrown);
    return { text: `event: error\ndata: ${errorJson(error, exchange.request.id)}\n\n`, done: true };
  }
}

function eventText(event: ChangeEvent): string {
  const { eventId, kind, collection, id, version, data, metadata, occurredAt } = event;
  const change = {
    event_id: eventId,
    kind,
    collection,
    id,
    version,
    data,
    metadata,
    occurred_at: occurredAt,
  };
  return `id: ${event.token}\nevent: ${kind}\ndata: ${JSON.stringify(change)}\n\n`;
}
