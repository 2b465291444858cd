import { z } from 'zod';
import { roles } from '../../application/ports/authenticator.ts';
import { duration } from './duration.ts';

/** Asymmetric algorithms only: a shared secret would let every verifier sign. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

const apiKey = z.strictObject({
  name: z.string().min(1).max(100),
  role: z.enum(roles),
  prefix: z.string().regex(/^[A-Za-z0-9]{8}$/, 'expected the 8 letters and digits after `dbs_` of the key'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected the SHA-256 of the whole key in lower-case hex'),
});

const jwt = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Whether bearer tokens are taken.'),
    jwks_url: z.url().optional().describe('Where the issuer publishes its keys (JWKS).'),
    public_key: z.string().min(1).optional().describe('A public key in PEM (SPKI), instead of `jwks_url`.'),
    algorithms: z
      .array(z.enum(algorithms))
      .min(1)
      .default(['RS256', 'ES256'])
      .describe('Signatures that are taken.'),
    issuer: z.string().min(1).optional().describe('Required value of `iss`.'),
    audience: z.string().min(1).optional().describe('Required value of `aud`.'),
    role_claim: z
      .string()
      .min(1)
      .default('role')
      .describe('Claim with the role: `reader`, `writer` or `admin`, or a list of which the highest counts.'),
    clock_tolerance: duration('5s').describe('How far the clocks may differ.'),
  })
  .prefault({});

export const authSettings = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe(
        'Whether every request needs an API key or a token. Must be on when `app.environment` is `production`.',
      ),
    api_keys: z
      .array(apiKey)
      .default([])
      .describe(
        'Keys with their roles, as `npm run api-key` prints them: `{name, role, prefix, sha256}` each; JSON in the environment.',
      ),
    jwt,
  })
  .prefault({});
