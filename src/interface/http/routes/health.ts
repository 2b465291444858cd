import { z } from 'zod';
import { checkDatabase } from '../../../application/use-cases/health/check-database.ts';
import { checkService } from '../../../application/use-cases/health/check-service.ts';
import { databaseTypes } from '../../../domain/database-type.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { successOf } from '../answer.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import type { Exchange } from '../exchange.ts';
import { chooseDatabase } from '../middleware/choose-database.ts';

const tag = 'Health';
const checkMs = 2000;
const connectivity = z.enum(['connected', 'disconnected']);
const optionalConnectivity = z.enum(['connected', 'disconnected', 'disabled']);

/** Probes must answer in time even when a database does not. */
async function within<T>(exchange: Exchange, check: (call: Exchange['call']) => Promise<T>): Promise<T> {
  const call = exchange.call.within(checkMs, exchange.service.clock.now());
  try {
    return await check(call);
  } finally {
    call.end();
  }
}

const health = defineEndpoint({
  method: 'get',
  path: '/health',
  root: 'both',
  operationId: 'health',
  tag,
  summary: 'Tell how the service is',
  description:
    'Asks every configured database and server. `degraded`: the default database answers, another one does not. 503 with the same report in `details` when the default database is down.',
  role: 'public',
  database: false,
  answer: {
    status: 200,
    description: 'The default database answers.',
    data: z.object({
      status: z.enum(['healthy', 'degraded']),
      version: z.string(),
      uptime_seconds: z.int().min(0),
      databases: z
        .partialRecord(z.enum(databaseTypes), connectivity)
        .meta({ description: 'Each configured database.' }),
      cache: z.object({ redis: optionalConnectivity }),
      messaging: z.object({ kafka: optionalConnectivity }),
    }),
    example: {
      status: 'healthy',
      version: '1.0.0',
      uptime_seconds: 3600,
      databases: { sqlite: 'connected' },
      cache: { redis: 'disabled' },
      messaging: { kafka: 'disabled' },
    },
  },
  errors: ['CONNECTION_ERROR'],
  handle: async ({ exchange }) => {
    const checked = await within(exchange, (call) => checkService(exchange.service, call));
    const report = {
      status: checked.status,
      version: checked.version,
      uptime_seconds: checked.uptimeSeconds,
      databases: { ...checked.databases },
      cache: { redis: checked.cache },
      messaging: { kafka: checked.messaging },
    };
    if (checked.status === 'unhealthy')
      throw new ServiceError('CONNECTION_ERROR', 'the default database does not answer', report);
    return successOf(report);
  },
});

const database = defineEndpoint({
  method: 'get',
  path: '/health/database/{db_type}',
  root: 'both',
  operationId: 'databaseHealth',
  tag,
  summary: 'Tell how a database is',
  description: 'Asks one database, whatever `X-Database-Type` says.',
  role: 'reader',
  database: false,
  answer: {
    status: 200,
    description: 'The database answers.',
    data: z.object({
      database: z.enum(databaseTypes),
      status: z.literal('connected'),
      latency_ms: z.number().min(0),
      connections: z.object({ active: z.int().min(0), idle: z.int().min(0), max: z.int().min(0) }),
      topology: z
        .object({
          type: z.string(),
          primary: z.string().nullable(),
          members: z.array(z.object({ address: z.string(), state: z.string() })),
        })
        .optional()
        .meta({
          description: 'The servers, where the database is made of several and its client knows them.',
        }),
    }),
    example: {
      database: 'sqlite',
      status: 'connected',
      latency_ms: 0.2,
      connections: { active: 1, idle: 3, max: 4 },
    },
  },
  errors: ['CONNECTION_ERROR'],
  handle: async ({ exchange }) => {
    const { databases } = exchange.service;
    const type = chooseDatabase(exchange.param('db_type'), databases, 'db_type');
    const checked = await within(exchange, (call) => checkDatabase(databases, type, call));
    if (checked.status === 'disconnected')
      throw new ServiceError(
        'CONNECTION_ERROR',
        `the database "${type}" does not answer`,
        { database: type, status: checked.status },
        checked.reason,
      );
    const { status, latencyMs, connections, topology } = checked;
    const servers =
      topology === undefined ? {} : { topology: { ...topology, members: [...topology.members] } };
    return successOf({ database: type, status, latency_ms: latencyMs, connections, ...servers });
  },
});

const probe = z.object({ status: z.string() });

const ready = defineEndpoint({
  method: 'get',
  path: '/ready',
  root: 'only',
  operationId: 'ready',
  tag,
  summary: 'Tell whether requests may come',
  description: '503 while the service starts and while it drains.',
  role: 'public',
  database: false,
  limited: false,
  answer: { status: 200, description: 'Ready.', data: probe, example: { status: 'ready' } },
  errors: ['CONNECTION_ERROR'],
  handle: ({ exchange }) => {
    if (!exchange.service.status.ready())
      throw new ServiceError('CONNECTION_ERROR', 'the service is starting or stopping');
    return successOf({ status: 'ready' });
  },
});

const live = defineEndpoint({
  method: 'get',
  path: '/live',
  root: 'only',
  operationId: 'live',
  tag,
  summary: 'Tell that the process runs',
  description: 'Asks nothing and nobody.',
  role: 'public',
  database: false,
  limited: false,
  answer: { status: 200, description: 'Alive.', data: probe, example: { status: 'alive' } },
  errors: [],
  handle: () => successOf({ status: 'alive' }),
});

const metrics = defineEndpoint({
  method: 'get',
  path: '/metrics',
  root: 'both',
  operationId: 'metrics',
  tag,
  summary: 'Read the metrics',
  description: 'Prometheus’ text format, or OpenMetrics when `Accept` asks for it.',
  role: 'reader',
  database: false,
  answer: { status: 200, description: 'The metrics.', contentType: 'text/plain' },
  errors: [],
  handle: async ({ exchange }) => {
    const open = exchange.request.header('accept')?.includes('application/openmetrics-text') === true;
    const exposition = await exchange.service.metrics.exposition(open ? 'openmetrics' : 'prometheus');
    return { status: 200, contentType: exposition.contentType, body: exposition.body };
  },
});

export const healthEndpoints: readonly Endpoint[] = [health, database, ready, live, metrics];
