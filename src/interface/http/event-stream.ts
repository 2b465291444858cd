import { ServiceError } from '../../domain/errors.ts';
import type { ChangeEvent } from '../../domain/events.ts';
import type { Answer } from './answer.ts';
import { errorJson, toServiceError } from './error-response.ts';
import type { Exchange } from './exchange.ts';

const heartbeatMs = 15_000;

/**
 * Server-sent events of changes. A comment every 15 seconds keeps proxies from closing an idle stream; the stream ends
 * with the client, with the process, or with an `error` event.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function eventStreamAnswer(exchange: Exchange, changes: AsyncIterable<ChangeEvent>): Answer {
  const iterator = changes[Symbol.asyncIterator]();
  const { stopping } = exchange.service;
  const encoder = new TextEncoder();
  let heartbeat: NodeJS.Timeout | undefined;
  const stop = () => exchange.call.abort(new ServiceError('CONNECTION_ERROR', 'the service is stopping'));
  const release = () => {
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
      const { text, done } = await nextEvent(iterator, exchange);
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

async function nextEvent(
  iterator: AsyncIterator<ChangeEvent>,
  exchange: Exchange,
): Promise<{ readonly text: string; readonly done: boolean }> {
  try {
    const next = await iterator.next();
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
