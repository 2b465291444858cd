/** What an endpoint answers, before the headers that every answer has. */
export interface Answer {
  readonly status: number;
  /** JSON when undefined. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;
}

/** @param dataJson the JSON text of `data`. */
export function success(dataJson: string, status = 200, headers?: Readonly<Record<string, string>>): Answer {
  const body = `{"success":true,"data":${dataJson}}`;
  return headers === undefined ? { status, body } : { status, body, headers };
}

/** An answer whose `data` is made by JSON.stringify. */
export function successOf(data: unknown, status = 200): Answer {
  return success(JSON.stringify(data), status);
}

/** For operations that answer with a message and no data of their own. */
export function successMessage(message: string): Answer {
  return { status: 200, body: `{"success":true,"data":null,"message":${JSON.stringify(message)}}` };
}
