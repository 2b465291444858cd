import { createRemoteJWKSet, importSPKI, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type Principal, type Role, roles } from '../../application/ports/authenticator.ts';
import { ServiceError } from '../../domain/errors.ts';

export interface TokenSettings {
  readonly jwks_url?: string | undefined;
  readonly public_key?: string | undefined;
  readonly algorithms: readonly string[];
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  readonly role_claim: string;
  /** Milliseconds. */
  readonly clock_tolerance: number;
}

/** Verifies a bearer token; rejects with UNAUTHENTICATED, or CONNECTION_ERROR when the issuer's keys cannot be had. */
export type VerifyToken = (token: string) => Promise<Principal>;

export function createTokenVerifier(settings: TokenSettings): VerifyToken {
  const keys = keySource(settings);
  const options = {
    algorithms: [...settings.algorithms],
    clockTolerance: settings.clock_tolerance / 1000,
    requiredClaims: ['exp', 'sub'],
    ...(settings.issuer !== undefined && { issuer: settings.issuer }),
    ...(settings.audience !== undefined && { audience: settings.audience }),
  };
  return async (token) => {
    const { payload } = await jwtVerify(token, keys, options).catch((cause: unknown) => {
      throw refusal(cause);
    });
    return principalOf(payload, settings.role_claim);
  };
}

/** One imported key, or the issuer's published ones, fetched on first use and again when a key id is not known. */
function keySource({ jwks_url, public_key, algorithms }: TokenSettings): JWTVerifyGetKey {
  if (jwks_url !== undefined) return createRemoteJWKSet(new URL(jwks_url), { timeoutDuration: 5000 });
  if (public_key === undefined) throw new TypeError('neither jwks_url nor public_key');
  const imported = importSPKI(public_key, algorithms[0] ?? 'RS256');
  imported.catch(() => undefined);
  return () => imported;
}

function principalOf(payload: JWTPayload, roleClaim: string): Principal {
  // Its type is what the token claims it is: RFC 7519 §4.1.2 is not checked by the library.
  const sub: unknown = payload.sub;
  if (typeof sub !== 'string' || sub === '')
    throw new ServiceError('UNAUTHENTICATED', 'the token names no subject');
  const claimed = payload[roleClaim];
  const given: readonly unknown[] = Array.isArray(claimed) ? claimed : [claimed];
  const role: Role | undefined = roles.findLast((known) => given.includes(known));
  if (role === undefined)
    throw new ServiceError('PERMISSION_DENIED', 'the token carries no role of this service');
  return { subject: `token:${sub}`, role };
}

function refusal(cause: unknown): ServiceError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ERR_JWKS_TIMEOUT' || code === undefined || code === 'ERR_JOSE_GENERIC') {
    return new ServiceError('CONNECTION_ERROR', "the issuer's keys cannot be fetched", {}, cause);
  }
  return new ServiceError('UNAUTHENTICATED', 'the token is not valid', {}, cause);
}
