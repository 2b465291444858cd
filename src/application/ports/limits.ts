/** The bounds of the configuration that use cases and the HTTP interface apply. */
export interface Limits {
  /** Largest request body, bytes. */
  readonly maxBodyBytes: number;
  /** Default and greatest time a request may take, milliseconds. */
  readonly requestTimeoutMs: number;
  readonly maxRequestTimeoutMs: number;
  /** Most rows that a raw query may return. */
  readonly rawQueryMaxRows: number;
  /** Longest time that a raw query may take, milliseconds. */
  readonly rawQueryTimeoutMs: number;
}
