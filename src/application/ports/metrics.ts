/** What is counted and timed. The names on the wire are the implementation's (platform.md, Observability). */
export interface Metrics {
  /** @param route the pattern (`/documents/{collection}/{id}`), never the path itself: label values are bounded. */
  httpRequest(method: string, route: string, status: number, seconds: number): void;
  databaseOperation(observation: DatabaseObservation): void;
  /** Every metric in Prometheus's text format, or OpenMetrics'. */
  exposition(format: 'prometheus' | 'openmetrics'): Promise<Exposition>;
  /** Mean duration of a database's operations since the start, milliseconds; undefined: none yet. */
  averageQueryMs(database: string): number | undefined;
}

export interface DatabaseObservation {
  readonly database: string;
  readonly operation: string;
  readonly collection: string;
  readonly status: 'ok' | 'error';
  readonly seconds: number;
}

export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}
