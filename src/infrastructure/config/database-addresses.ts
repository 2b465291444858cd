import type { ServerDatabase } from '../../domain/database-type.ts';
import type { ParsedConfig } from './config-schema.ts';

const schemes = {
  mongodb: 'mongodb',
  postgresql: 'postgresql',
  mysql: 'mysql',
  vitess: 'mysql',
  elasticsearch: 'http',
} as const;

/** Where a database answers: its configured address or addresses, else one made of its parts, else none. */
export function addressesOf(config: ParsedConfig, type: ServerDatabase): readonly string[] {
  const section = config[type];
  const given =
    'contact_points' in section ? section.contact_points : 'addresses' in section ? section.addresses : [];
  if (given.length > 0) return given;
  if ('uri' in section && section.uri !== undefined) return [section.uri];
  return section.host === undefined ? [] : [addressOfParts(type, { ...section, host: section.host })];
}

interface Parts {
  readonly host: string;
  readonly port: number;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly database: string;
}

function addressOfParts(type: ServerDatabase, { host, port, user, password, database }: Parts): string {
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (type === 'cassandra') return place;
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
  const login = user === undefined ? '' : `${encodeURIComponent(user)}${secret}@`;
  const path = type === 'elasticsearch' ? '' : `/${encodeURIComponent(database)}`;
  return `${schemes[type]}://${login}${place}${path}`;
}
