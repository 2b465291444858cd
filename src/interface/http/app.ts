import { Hono } from 'hono';
import type { H, RouterRoute } from 'hono/types';
import { ServiceError } from '../../domain/errors.ts';
import type { HttpDependencies } from './dependencies.ts';
import { apiPrefix, type Endpoint, type MountedEndpoint, mountEndpoint } from './endpoint.ts';
import { type HostEnvironment, requestPath } from './http-request.ts';
import { preflightHeaders } from './middleware/cors.ts';
import { OpenRequests } from './open-requests.ts';
import { apiEndpoints } from './routes/api-endpoints.ts';
import { descriptionEndpoints } from './routes/description.ts';
import { SegmentRouter } from './segment-router.ts';
import { serveEndpoint } from './serve-endpoint.ts';

/**
 * The HTTP interface: one router for every host. Every request is answered by exactly one handler; see
 * `serveEndpoint` for what happens in it.
 */
export function createHttpApp(service: HttpDependencies): Hono<HostEnvironment> {
  const open = new OpenRequests();
  const router = new SegmentRouter<[H, RouterRoute]>();
  const app = new Hono<HostEnvironment>({
    router,
    getPath: (request, options) => requestPath(request, options?.env),
  });
  for (const endpoint of [...apiEndpoints, ...descriptionEndpoints]) {
    for (const prefix of prefixes(endpoint)) {
      const handler = serveEndpoint(mountEndpoint(endpoint, prefix), service, open);
      app.on(
        endpoint.method.toUpperCase(),
        `${prefix}${endpoint.path.replace(/\{(\w+)\}/g, ':$1')}`,
        handler,
      );
    }
  }
  app.notFound(serveEndpoint(unmatchedEndpoint(router), service, open));
  return app;
}

function prefixes({ root }: Endpoint): readonly string[] {
  if (root === 'only') return [''];
  return root === 'both' ? [apiPrefix, ''] : [apiPrefix];
}

/** What answers when no route has the path or the method: an endpoint like any other, limited and counted. */
function unmatchedEndpoint(router: SegmentRouter<[H, RouterRoute]>): MountedEndpoint {
  return {
    method: 'get',
    path: 'unmatched',
    segments: new Map(),
    operationId: 'unmatched',
    tag: '',
    summary: '',
    description: '',
    role: 'public',
    database: false,
    answer: { status: 200, description: '' },
    errors: ['ROUTE_NOT_FOUND', 'METHOD_NOT_ALLOWED'],
    run: async ({ request, service }) => {
      const methods = router.methods(request.path);
      if (methods.length === 0) throw new ServiceError('ROUTE_NOT_FOUND', 'there is no such route');
      const allowed = allowedMethods(methods);
      const { method } = request;
      if (method !== 'OPTIONS')
        throw new ServiceError('METHOD_NOT_ALLOWED', `${method} is not for this route`, { allowed });
      const names = allowed.join(', ');
      const preflight = service.cors === undefined ? {} : preflightHeaders(service.cors, names);
      return { status: 204, headers: { Allow: names, ...preflight }, body: null };
    },
  };
}

function allowedMethods(methods: readonly string[]): readonly string[] {
  const head = methods.includes('GET') ? ['HEAD'] : [];
  return [...methods, ...head, 'OPTIONS'];
}
