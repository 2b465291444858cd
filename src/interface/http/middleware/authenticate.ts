import { type Role, roles } from '../../../application/ports/authenticator.ts';
import { ServiceError } from '../../../domain/errors.ts';
import type { Exchange } from '../exchange.ts';

/** Finds out who asks; rejects with UNAUTHENTICATED. Endpoints that anybody may call ask nobody. */
export async function authenticate({ request, service, endpoint }: Exchange): Promise<void> {
  if (service.authenticator === undefined || endpoint.role === 'public') return;
  request.principal = await service.authenticator.authenticate({
    apiKey: request.header('x-api-key'),
    bearer: bearerToken(request.header('authorization')),
  });
}

/** Rejects with PERMISSION_DENIED when the caller's role is not enough for the endpoint, or for what is asked of it. */
export function authorize(exchange: Exchange, needed: Role | 'public' = exchange.endpoint.role): void {
  const { request, service } = exchange;
  if (service.authenticator === undefined || needed === 'public') return;
  const has = request.principal?.role;
  if (has !== undefined && rank(has) >= rank(needed)) return;
  throw new ServiceError('PERMISSION_DENIED', `this needs the role "${needed}"`, {
    required_role: needed,
  });
}

function rank(role: Role): number {
  return roles.indexOf(role);
}

function bearerToken(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : /^Bearer +(\S+)$/i.exec(authorization)?.[1];
}
