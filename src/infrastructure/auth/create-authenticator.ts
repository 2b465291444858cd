import type { Authenticator, Principal } from '../../application/ports/authenticator.ts';
import { ServiceError } from '../../domain/errors.ts';
import { type ApiKeyEntry, findApiKey } from './api-key.ts';
import { createTokenVerifier, type TokenSettings } from './verify-token.ts';

export interface AuthSettings {
  readonly api_keys: readonly ApiKeyEntry[];
  readonly jwt: TokenSettings & { readonly enabled: boolean };
}

/** API keys and bearer tokens. A request that carries both is judged by its API key. */
export function createAuthenticator(settings: AuthSettings): Authenticator {
  const entries = new Map(settings.api_keys.map((entry) => [entry.prefix, entry]));
  const verifyToken = settings.jwt.enabled ? createTokenVerifier(settings.jwt) : undefined;
  return {
    authenticate({ apiKey, bearer }): Principal | Promise<Principal> {
      if (apiKey !== undefined) return principalOfKey(entries, apiKey);
      if (bearer === undefined) throw unauthenticated('an API key (X-API-Key) or a bearer token is required');
      if (verifyToken === undefined) throw unauthenticated('bearer tokens are not taken here');
      return verifyToken(bearer);
    },
  };
}

function principalOfKey(entries: ReadonlyMap<string, ApiKeyEntry>, key: string): Principal {
  const entry = findApiKey(entries, key);
  if (entry === undefined) throw unauthenticated('the API key is not known');
  return { subject: `key:${entry.name}`, role: entry.role };
}

function unauthenticated(message: string): ServiceError {
  return new ServiceError('UNAUTHENTICATED', message);
}
