import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { invalidRequest, ServiceError } from '../../domain/errors.ts';

/**
 * Reads a request body as UTF-8 text, straight from Node's stream: the detour over a Web `Request` costs more than a
 * small request does altogether. Counts bytes as they come, whatever Content-Length says, and stops at the limit.
 * @param outgoing tells a client that waits for it (`Expect: 100-continue`) to send its body.
 */
export function readNodeBody(
  incoming: IncomingMessage,
  outgoing: ServerResponse | undefined,
  maxBytes: number,
): Promise<string> {
  const { 'content-length': length, expect } = incoming.headers;
  if (length !== undefined && Number(length) > maxBytes) return Promise.reject(payloadTooLarge(maxBytes));
  // An HTTP/1.0 client knows no 100. https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1
  if (incoming.httpVersion === '1.1' && /\b100-continue\b/i.test(expect ?? '')) outgoing?.writeContinue();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (error?: unknown) => {
      incoming.off('data', onData).off('end', onEnd).off('error', onClose).off('close', onClose);
      if (error === undefined) resolveText(chunks, resolve, reject);
      else reject(error);
    };
    const onEnd = () => settle();
    // An error of the stream is the client's too: it went away (ECONNRESET) before the end of its body.
    const onClose = () => settle(invalidRequest('the connection closed within the body', 'body'));
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        incoming.pause();
        settle(payloadTooLarge(maxBytes));
      } else chunks.push(chunk);
    };
    if (incoming.readableEnded) resolve('');
    else incoming.on('data', onData).on('end', onEnd).on('error', onClose).on('close', onClose);
  });
}

/** The same for hosts that give a Web stream. */
export async function readWebBody(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<string> {
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw payloadTooLarge(maxBytes);
    chunks.push(chunk);
  }
  return decode(chunks);
}

function resolveText(
  chunks: readonly Uint8Array[],
  resolve: (text: string) => void,
  reject: (error: unknown) => void,
): void {
  try {
    resolve(decode(chunks));
  } catch (error) {
    reject(error);
  }
}

function decode(chunks: readonly Uint8Array[]): string {
  const [first] = chunks;
  const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  if (!isUtf8(bytes)) throw invalidRequest('the body is not valid UTF-8', 'body');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function payloadTooLarge(maxBytes: number): ServiceError {
  return new ServiceError('PAYLOAD_TOO_LARGE', `the body is larger than ${maxBytes} bytes`, {
    max_bytes: maxBytes,
  });
}
