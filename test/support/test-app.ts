import { join } from 'node:path';
import type { Hono } from 'hono';
import { ServiceError } from '../../src/domain/errors.ts';
import type { JsonObject } from '../../src/domain/value/value.ts';
import { InProcessIdempotencyStore } from '../../src/infrastructure/in-process/in-process-idempotency-store.ts';
import { createHttpApp } from '../../src/interface/http/app.ts';
import type { HttpDependencies } from '../../src/interface/http/dependencies.ts';
import type { HostEnvironment } from '../../src/interface/http/http-request.ts';
import { OpenStreams } from '../../src/interface/http/open-streams.ts';
import { temporaryFolder } from './start-service.ts';
import { openTestRepository } from './test-databases.ts';

type App = Hono<HostEnvironment>;

/** The router over a fresh memory database, with the limits of the defaults; `overrides` replaces parts. */
export function createTestApp(overrides: Partial<HttpDependencies> = {}): App {
  return createHttpApp({ ...testDependencies(), ...overrides });
}

/** @param type an embedded database: `memory`, or `sqlite` in a folder of its own. */
export function testDependencies(type: 'memory' | 'sqlite' = 'memory'): HttpDependencies {
  const settings = type === 'memory' ? {} : { path: join(temporaryFolder(), 'test.db') };
  const repository = openTestRepository({ type, settings });
  const clock = { now: () => Date.now() };
  return {
    clock,
    databases: {
      default: type,
      configured: [type],
      repository: async (asked) => {
        if (asked === type) return repository;
        throw new ServiceError('CONNECTION_ERROR', 'not configured');
      },
    },
    status: {
      version: '1.2.3',
      startedAt: Date.now(),
      ready: () => true,
      cache: async () => 'disabled',
      messaging: async () => 'disabled',
    },
    limits: {
      maxBodyBytes: 1024 * 1024,
      requestTimeoutMs: 30_000,
      maxRequestTimeoutMs: 60_000,
      rawQueryMaxRows: 100,
      rawQueryTimeoutMs: 5000,
    },
    metrics: {
      httpRequest: () => undefined,
      databaseOperation: () => undefined,
      exposition: async (format) => ({ contentType: 'text/plain', body: `# ${format}\n` }),
      averageQueryMs: () => undefined,
    },
    logger: { enabled: () => false, log: () => undefined },
    idempotency: new InProcessIdempotencyStore({ clock, maxBytes: 2 ** 20, maxAnswerBytes: 2 ** 16 }),
    rateLimiter: undefined,
    authenticator: undefined,
    cursorKey: new TextEncoder().encode('a key of the tests, 32 bytes long'),
    rawQueries: { enabled: false, allowWrites: false },
    cors: undefined,
    trustProxy: false,
    streams: { results: new OpenStreams(100), changes: new OpenStreams(100) },
    stopping: new AbortController().signal,
  };
}

/** What came back, its body parsed. */
export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonObject;
  /** `data` of a success. */
  readonly data: JsonObject;
  readonly error: JsonObject;
}

export interface Sent {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request below `/api/v1`: `send(app, 'POST /documents', {body: …})`. */
export async function send(app: App, request: string, { body, headers }: Sent = {}): Promise<Got> {
  const [method = '', path = ''] = request.split(' ');
  const response = await app.request(`/api/v1${path}`, {
    method,
    headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const parsed: JsonObject = text.startsWith('{') && !text.includes('}\n') ? JSON.parse(text) : { text };
  return {
    status: response.status,
    headers: response.headers,
    body: parsed,
    data: (parsed.data ?? {}) as JsonObject,
    error: (parsed.error ?? {}) as JsonObject,
  };
}
