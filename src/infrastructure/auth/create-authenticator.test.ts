import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Authenticator } from '../../application/ports/authenticator.ts';
import { createApiKey } from './api-key.ts';
import { createAuthenticator } from './create-authenticator.ts';

const jwtSettings = {
  enabled: true,
  algorithms: ['ES256'],
  issuer: 'https://issuer.example',
  audience: 'documents',
  role_claim: 'role',
  clock_tolerance: 0,
};

const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
const authenticate = async (authenticator: Authenticator, bearer: string) =>
  authenticator.authenticate({ apiKey: undefined, bearer });

function token(claims: Record<string, unknown>, key = privateKey, alg = 'ES256'): Promise<string> {
  return new SignJWT({ role: 'writer', sub: 'ada', ...claims })
    .setProtectedHeader({ alg, kid: 'k1' })
    .setIssuer(String(claims.iss ?? jwtSettings.issuer))
    .setAudience(String(claims.aud ?? jwtSettings.audience))
    .setExpirationTime((claims.exp as string | undefined) ?? '5m')
    .sign(key);
}

describe('API keys', () => {
  const { secret, entry } = createApiKey('ci', 'writer');
  const authenticator = createAuthenticator({ api_keys: [entry], jwt: { ...jwtSettings, enabled: false } });

  it('knows the key by its hash alone', () => {
    expect(JSON.stringify(entry)).not.toContain(secret.slice(-32));
    expect(authenticator.authenticate({ apiKey: secret, bearer: undefined })).toEqual({
      subject: 'key:ci',
      role: 'writer',
    });
  });

  it.each([
    ['another secret', `${secret.slice(0, -1)}${secret.endsWith('x') ? 'y' : 'x'}`],
    ['another prefix', createApiKey('ci', 'writer').secret],
    ['no key at all', 'hello'],
    ['an empty key', ''],
  ])('refuses %s', (_, apiKey) => {
    expect(() => authenticator.authenticate({ apiKey, bearer: undefined })).toThrow('not known');
  });

  it('wants credentials', () => {
    expect(() => authenticator.authenticate({ apiKey: undefined, bearer: undefined })).toThrow('required');
  });
});

describe('tokens with a configured public key', async () => {
  const authenticator = createAuthenticator({
    api_keys: [],
    jwt: { ...jwtSettings, public_key: await exportSPKI(publicKey) },
  });

  it('takes a good one', async () => {
    await expect(authenticate(authenticator, await token({}))).resolves.toEqual({
      subject: 'token:ada',
      role: 'writer',
    });
  });

  it('takes the highest of several roles', async () => {
    const bearer = await token({ role: ['reader', 'admin', 'guest'] });
    await expect(authenticate(authenticator, bearer)).resolves.toMatchObject({ role: 'admin' });
  });

  it.each([
    ['another issuer', { iss: 'https://evil.example' }],
    ['another audience', { aud: 'billing' }],
    ['an expired one', { exp: '-1s' }],
    ['an empty subject', { sub: '' }],
    ['a subject that is no text', { sub: 5 }],
  ])('refuses %s', async (_, claims) => {
    await expect(authenticate(authenticator, await token(claims))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  it('refuses a token without a role of ours', async () => {
    await expect(authenticate(authenticator, await token({ role: 'root' }))).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
    });
  });

  it('refuses another key, an unsigned token and the public key used as a shared secret', async () => {
    const other = await generateKeyPair('ES256');
    const unsigned = `${btoa('{"alg":"none"}')}.${btoa('{"sub":"ada","role":"admin"}')}.`;
    const shared = new TextEncoder().encode(await exportSPKI(publicKey));
    const confused = await new SignJWT({ role: 'admin', sub: 'ada' })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('5m')
      .sign(shared);
    for (const bearer of [await token({}, other.privateKey), unsigned, confused, 'x.y.z', '']) {
      await expect(authenticate(authenticator, bearer)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });
});

describe('tokens with published keys', () => {
  const server = createServer(async (_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }] }));
  });
  let jwksUrl = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  });
  afterAll(() => server.close());

  it('fetches them', async () => {
    const authenticator = createAuthenticator({ api_keys: [], jwt: { ...jwtSettings, jwks_url: jwksUrl } });
    await expect(authenticate(authenticator, await token({}))).resolves.toMatchObject({
      subject: 'token:ada',
    });
  });

  it('tells when they cannot be had', async () => {
    const authenticator = createAuthenticator({
      api_keys: [],
      jwt: { ...jwtSettings, jwks_url: 'http://127.0.0.1:1/jwks' },
    });
    await expect(authenticate(authenticator, await token({}))).rejects.toMatchObject({
      code: 'CONNECTION_ERROR',
    });
  });
});
