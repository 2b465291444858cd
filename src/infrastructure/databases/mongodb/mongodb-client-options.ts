import type { MongoClientOptions } from 'mongodb';
import type { MongodbCredentials, MongodbOptions } from './mongodb-options.ts';

export const defaultPoolSize = 20;

/** The driver's options. Only what is set goes to the driver, so that the address decides the rest. */
export function clientOptions(
  options: MongodbOptions,
  credentials: MongodbCredentials | undefined,
): MongoClientOptions {
  const { pool, tls, readPreference, readConcern, authSource, socketTimeoutMs } = options;
  return {
    maxPoolSize: pool?.max ?? defaultPoolSize,
    waitQueueTimeoutMS: pool?.acquireTimeoutMs ?? 5000,
    connectTimeoutMS: options.connectTimeoutMs ?? 5000,
    serverSelectionTimeoutMS: options.serverSelectionTimeoutMs ?? 5000,
    appName: options.appName ?? 'database-service',
    ignoreUndefined: false,
    // Regular expressions keep flags that JavaScript lacks.
    bsonRegExp: true,
    ...writeConcern(options),
    ...(pool?.min !== undefined && { minPoolSize: pool.min }),
    ...(pool?.maxIdleMs !== undefined && { maxIdleTimeMS: pool.maxIdleMs }),
    ...(socketTimeoutMs !== undefined && { socketTimeoutMS: socketTimeoutMs }),
    ...(credentials !== undefined && { auth: { ...credentials } }),
    ...(authSource !== undefined && { authSource }),
    ...(readPreference !== undefined && { readPreference }),
    ...(readConcern !== undefined && { readConcern: { level: readConcern } }),
    ...(tls !== undefined && tlsOptions(tls)),
  };
}

/** What the service says it stored survives the loss of a member, unless somebody decided otherwise. */
function writeConcern({ uri, writeConcern: w }: MongodbOptions): MongoClientOptions {
  if (w !== undefined) return { writeConcern: { w } };
  return /[?&]w=/i.test(uri) ? {} : { writeConcern: { w: 'majority' } };
}

function tlsOptions({ ca, cert, key, verify }: NonNullable<MongodbOptions['tls']>): MongoClientOptions {
  return {
    tls: true,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(verify === false && { tlsAllowInvalidCertificates: true, tlsAllowInvalidHostnames: true }),
  };
}
