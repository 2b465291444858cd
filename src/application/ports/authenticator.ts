/** What a caller may do, each role including the one before it. */
export const roles = ['reader', 'writer', 'admin'] as const;
export type Role = (typeof roles)[number];

export interface Principal {
  /** Who it is, for logs and limits: `key:` and an API key's name, or `token:` and a token's subject; never the secret. */
  readonly subject: string;
  readonly role: Role;
}

export interface Authenticator {
  /** Rejects (or throws) with UNAUTHENTICATED when the credentials are missing, wrong or expired. */
  authenticate(credentials: Credentials): Principal | Promise<Principal>;
}

export interface Credentials {
  /** `X-API-Key`. */
  readonly apiKey: string | undefined;
  /** The token of `Authorization: Bearer …`. */
  readonly bearer: string | undefined;
}
