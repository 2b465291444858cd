/** What every call to a port carries: who asked, how long it may take, and whether anybody still waits. */
export interface Call {
  /** Aborted at the deadline (reason: a `QUERY_TIMEOUT` ServiceError) or when the client went away. */
  readonly signal: AbortSignal;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
}
