import type { Client } from 'cassandra-driver';

/** The order in which Cassandra keeps partitions: by the hash of the id, then by its bytes. */
export interface TokenOrder {
  compare(a: string, b: string): number;
}

/** The driver knows the cluster's partitioner. */
export function tokenOrder(client: Client): TokenOrder {
  const tokens = new Map<string, Token>();
  const tokenOf = (id: string): Token => {
    const known = tokens.get(id);
    if (known !== undefined) return known;
    if (tokens.size > 10_000) tokens.clear();
    const bytes = Buffer.from(id, 'utf8');
    const made = { token: client.metadata.newToken(bytes), bytes };
    tokens.set(id, made);
    return made;
  };
  return {
    compare: (a, b) => {
      const [one, other] = [tokenOf(a), tokenOf(b)];
      return one.token.compare(other.token) || Buffer.compare(one.bytes, other.bytes);
    },
  };
}

interface Token {
  readonly token: { compare(other: unknown): number };
  readonly bytes: Buffer;
}
