import type { ReadConcernLevel, ReadPreferenceMode } from 'mongodb';

/** How to reach MongoDB and how to treat it. Times are milliseconds. */
export interface MongodbOptions {
  /** `mongodb://` or `mongodb+srv://`; options in it hold unless they are given here too. */
  readonly uri: string;
  /** Where the address names none; default `documents`. */
  readonly database?: string | undefined;
  /** Default: those in the address. */
  readonly credentials?: MongodbCredentials | undefined;
  /** The database that holds the user. Default: as in the address. */
  readonly authSource?: string | undefined;
  readonly pool?: {
    readonly min?: number | undefined;
    /** Default 20. */
    readonly max?: number | undefined;
    /** How long an operation waits for a free connection; default 5,000. */
    readonly acquireTimeoutMs?: number | undefined;
    readonly maxIdleMs?: number | undefined;
  };
  /** Default 5,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** How long a request waits for a server that can take it; default 5,000. */
  readonly serverSelectionTimeoutMs?: number | undefined;
  /** How long one answer may take; default: as long as the request has. */
  readonly socketTimeoutMs?: number | undefined;
  readonly tls?:
    | {
        /** PEM. */
        readonly ca?: string | undefined;
        readonly cert?: string | undefined;
        readonly key?: string | undefined;
        /** Whether certificates and names are checked; default true. */
        readonly verify?: boolean | undefined;
      }
    | undefined;
  /** Reads outside transactions; default `primary`. */
  readonly readPreference?: ReadPreferenceMode | undefined;
  readonly readConcern?: ReadConcernLevel | undefined;
  /** Default: as in the address, else `majority`. */
  readonly writeConcern?: number | 'majority' | undefined;
  readonly appName?: string | undefined;
  /** How long a replaced client may finish its work after a change of credentials; default 30,000. */
  readonly drainMs?: number | undefined;
  /** How often texts of dates are removed by TTL indexes, 0 for never; default 60,000. */
  readonly ttlSweepMs?: number | undefined;
}

export interface MongodbCredentials {
  readonly username: string;
  readonly password: string;
}
