import { ServiceError } from '../../domain/errors.ts';
import type { Answer } from './answer.ts';
import { errorJson, toServiceError } from './error-response.ts';
import type { Exchange } from './exchange.ts';

export const ndjson = 'application/x-ndjson';
const chunkLength = 32_768;

/** Whether the caller wants one JSON value a line, written while it is read. */
export function wantsNdjson({ request }: Exchange): boolean {
  return request.header('accept')?.includes(ndjson) === true;
}

/**
 * Streams lines with back-pressure: the next rows are read when the client has taken the ones before. The first row
 * is awaited, so that a query that fails at once is an ordinary error; a failure later on is the stream's last line.
 */
export async function ndjsonAnswer<T>(
  exchange: Exchange,
  rows: AsyncIterable<T>,
  render: (row: T) => string,
): Promise<Answer> {
  const iterator = rows[Symbol.asyncIterator]();
  const close = exchange.service.streams.results.open();
  let next = await iterator.next().catch((error: unknown) => {
    close();
    throw error;
  });
  const release = () => {
    close();
    exchange.end();
  };
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let text = '';
        try {
          while (!next.done && text.length < chunkLength) {
            text += `${render(next.value)}\n`;
            next = await exchange.untilOverdue(() => iterator.next());
          }
        } catch (error) {
          text += `${errorJson(toServiceError(error), exchange.request.id)}\n`;
          next = { done: true, value: undefined };
          iterator.return?.().catch(() => undefined);
        }
        if (text !== '') controller.enqueue(encoder.encode(text));
        if (!next.done) return;
        release();
        controller.close();
      },
      async cancel() {
        release();
        exchange.call.abort(new ServiceError('INVALID_REQUEST', 'the client closed the stream'));
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
  return { status: 200, contentType: ndjson, body };
}
