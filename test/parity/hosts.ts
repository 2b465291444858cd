import { startService, temporaryFolder } from '../support/start-service.ts';

export interface HostRequest {
  readonly method: string;
  /** Path and query, encoded. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}
export interface HostAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
export interface Host {
  send(request: HostRequest): Promise<HostAnswer>;
  stop(): Promise<unknown>;
}

/** The server process. */
export async function startServerHost(): Promise<Host> {
  const service = await startService();
  return {
    send: async ({ target, method, headers, body }) => {
      const answer = await fetch(service.url + target, {
        method,
        headers,
        ...(body !== undefined && { body }),
      });
      return {
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
        body: await answer.text(),
      };
    },
    stop: () => service.stop(),
  };
}

interface LambdaResult {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** How each of AWS' fronts would wrap a request. */
export const lambdaEvents = {
  'API Gateway v2': v2Event,
  'Function URL': (request: HostRequest) => ({
    ...v2Event(request),
    body: request.body,
    isBase64Encoded: false,
  }),
  'API Gateway v1': v1Event,
  'Application Load Balancer': albEvent,
} as const;

/** The Lambda handler in this process, woken by one kind of event. */
export async function startLambdaHost(toEvent: (request: HostRequest) => object): Promise<Host> {
  process.env.APP_SQLITE_PATH = `${temporaryFolder()}/documents.db`;
  process.env.APP_OBSERVABILITY_LOG_LEVEL = 'error';
  const { handler } = await import('../../handlers/http.ts');
  const context = { getRemainingTimeInMillis: () => 20_000, awsRequestId: 'test', functionName: 'http' };
  return {
    send: async (request) => {
      const result = (await handler(toEvent(request) as never, context as never)) as LambdaResult;
      const headers = Object.entries(result.multiValueHeaders ?? result.headers ?? {}).map(
        ([name, value]) => [name.toLowerCase(), String(value)],
      );
      const body = result.isBase64Encoded ? Buffer.from(result.body, 'base64').toString() : result.body;
      return { status: result.statusCode, headers: Object.fromEntries(headers), body };
    },
    stop: async () => undefined,
  };
}

function split(target: string): readonly [string, string] {
  const mark = target.indexOf('?');
  return mark === -1 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
function v2Event({ method, target, headers, body }: HostRequest) {
  const [rawPath, rawQueryString] = split(target);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers,
    requestContext: {
      domainName: 'x.example',
      http: { method, path: rawPath, sourceIp: '192.0.2.1' },
      stage: '$default',
    },
    ...(body !== undefined && { body: Buffer.from(body).toString('base64') }),
    isBase64Encoded: true,
  };
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html */
function v1Event({ method, target, headers, body }: HostRequest) {
  const [path, query] = split(target);
  const values: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) values[name] = [...(values[name] ?? []), value];
  return {
    resource: '/{proxy+}',
    path,
    httpMethod: method,
    headers,
    multiValueHeaders: multiple(headers),
    queryStringParameters: Object.fromEntries(new URLSearchParams(query)),
    multiValueQueryStringParameters: query === '' ? null : values,
    requestContext: { httpMethod: method, path, stage: 'dev', identity: { sourceIp: '192.0.2.1' } },
    body: body ?? null,
    isBase64Encoded: false,
  };
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html; the query stays encoded. */
function albEvent({ method, target, headers, body }: HostRequest) {
  const [path, query] = split(target);
  const values: Record<string, string[]> = {};
  for (const pair of query.split('&').filter((text) => text !== '')) {
    const [name = '', value = ''] = pair.split('=');
    values[name] = [...(values[name] ?? []), value];
  }
  return {
    requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:…' } },
    httpMethod: method,
    path,
    multiValueHeaders: multiple(headers),
    multiValueQueryStringParameters: values,
    body: body ?? '',
    isBase64Encoded: false,
  };
}

function multiple(headers: Readonly<Record<string, string>>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries({ host: 'x.example', ...headers }).map(([name, value]) => [name, [value]]),
  );
}
