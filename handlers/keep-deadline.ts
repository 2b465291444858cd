import type { MiddlewareObj } from '@middy/core';
import type { LambdaEvent } from 'hono/aws-lambda';

/** Time that is left for writing the answer, milliseconds. */
const marginMs = 500;
const header = 'x-request-timeout-ms';

/**
 * Lets no request run longer than the invocation may: without this, Lambda kills the request and the client learns
 * nothing. The deadline travels in the header that clients use for their own.
 */
export function keepDeadline(): MiddlewareObj<LambdaEvent> {
  return {
    before: ({ event, context }) => {
      const left = Math.max(1, context.getRemainingTimeInMillis() - marginMs);
      const request: { headers?: Record<string, string | undefined> | null } = event as object;
      const multi: { multiValueHeaders?: Record<string, string[] | undefined> | null } = event as object;
      const asked = Number(takeHeader(request.headers) ?? takeHeader(multi.multiValueHeaders)?.[0]);
      const value = String(asked >= 1 ? Math.min(asked, left) : left);
      if (multi.multiValueHeaders) multi.multiValueHeaders[header] = [value];
      else request.headers = { ...request.headers, [header]: value };
    },
  };
}

/** Removes a header under whatever case it was sent. */
function takeHeader<T>(headers: Record<string, T | undefined> | null | undefined): T | undefined {
  const name = Object.keys(headers ?? {}).find((key) => key.toLowerCase() === header);
  if (name === undefined || !headers) return undefined;
  const value = headers[name];
  delete headers[name];
  return value;
}
