import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Role } from '../../application/ports/authenticator.ts';

/** An API key as the configuration keeps it: enough to recognise it, not enough to use it. */
export interface ApiKeyEntry {
  readonly name: string;
  readonly role: Role;
  /** Public part that finds the entry. */
  readonly prefix: string;
  /**
   * Of the whole key, hex. A plain hash is enough: keys are 190 random bits, so there is nothing to guess, and a slow
   * one would be paid at every request.
   */
  readonly sha256: string;
}

const keyPattern = /^dbs_([A-Za-z0-9]{8})_[A-Za-z0-9]{32}$/;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Makes a key; `secret` is shown once and stored nowhere. */
export function createApiKey(
  name: string,
  role: Role,
): { readonly secret: string; readonly entry: ApiKeyEntry } {
  const prefix = randomText(8);
  const secret = `dbs_${prefix}_${randomText(32)}`;
  return { secret, entry: { name, role, prefix, sha256: hashOf(secret).toString('hex') } };
}

/** The entry that a key belongs to; takes the same time whether its secret part is nearly right or all wrong. */
export function findApiKey(entries: ReadonlyMap<string, ApiKeyEntry>, key: string): ApiKeyEntry | undefined {
  const prefix = keyPattern.exec(key)?.[1];
  const entry = prefix === undefined ? undefined : entries.get(prefix);
  if (entry === undefined) return undefined;
  return timingSafeEqual(hashOf(key), Buffer.from(entry.sha256, 'hex')) ? entry : undefined;
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function randomText(length: number): string {
  const limit = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < limit && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}
