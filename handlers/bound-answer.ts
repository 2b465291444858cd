import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyResult, LambdaEvent } from 'hono/aws-lambda';
import { ServiceError } from '../src/domain/errors.ts';
import { errorAnswer } from '../src/interface/http/error-response.ts';

/** For the headers and what else the front is told. */
const margin = 16 * 1024;

/**
 * Answers PAYLOAD_TOO_LARGE where the front would drop the answer and the client would learn nothing: Lambda's own bound
 * is 6 MB, that of an Application Load Balancer 1 MB.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
 */
export function boundAnswer(): MiddlewareObj<LambdaEvent, APIGatewayProxyResult> {
  return {
    after: (request) => {
      const { response, event } = request;
      if (!response) return;
      const most = (isLoadBalancer(event) ? 1 : 6) * 1024 * 1024 - margin;
      if (wrappedBytes(response.body) <= most) return;
      request.response = { ...response, ...tooLarge(response, most), isBase64Encoded: false };
    },
  };
}

function tooLarge(response: APIGatewayProxyResult, most: number) {
  const message = `the request was carried out, but its answer is larger than the ${most} bytes that this host can send`;
  const error = new ServiceError('PAYLOAD_TOO_LARGE', message, { max_bytes: most });
  const { status, body } = errorAnswer(error, headerOf(response, 'x-request-id'));
  return { statusCode: status, body: typeof body === 'string' ? body : '' };
}

/** The body travels as a string within JSON, whose quotation marks are escaped. */
function wrappedBytes(body: string): number {
  return body.length < margin ? body.length : Buffer.byteLength(JSON.stringify(body));
}

function headerOf({ headers, multiValueHeaders }: APIGatewayProxyResult, name: string): string {
  return String(headers?.[name] ?? multiValueHeaders?.[name]?.[0] ?? '');
}

function isLoadBalancer(event: LambdaEvent): boolean {
  return 'requestContext' in event && 'elb' in event.requestContext;
}
