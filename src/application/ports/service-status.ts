/** What the process tells about itself. */
export interface ServiceStatus {
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** False while starting and while draining. */
  ready(): boolean;
  /** The servers beside the databases; `disabled` where the configuration has none. */
  cache(): Promise<Connectivity>;
  messaging(): Promise<Connectivity>;
}
export type Connectivity = 'connected' | 'disconnected' | 'disabled';
