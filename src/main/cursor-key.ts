import { createHash } from 'node:crypto';
import type { Config } from '../infrastructure/config/load-config.ts';

/**
 * The key that signs paging cursors, the same in every process of an installation. Without a configured secret it is
 * made of the authentication settings, which are equal on all of them. Whoever forges a cursor can only choose where
 * in an order, which they may read anyway, a page begins.
 */
export function cursorKeyOf({ app, auth }: Config): Uint8Array {
  return createHash('sha256')
    .update(app.cursor_secret ?? JSON.stringify([app.name, auth.api_keys, auth.jwt]))
    .digest();
}
