import type { Json } from '../../domain/value/value.ts';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Never a document's content, a value of a query, or a credential. `error` is for the cause's own text and stack. */
export type LogFields = Readonly<Record<string, Json | undefined>> & { readonly error?: unknown };

/** Structured log lines; writing them never blocks a request. */
export interface Logger {
  /** Ask before building fields that cost something. */
  enabled(level: LogLevel): boolean;
  log(level: LogLevel, message: string, fields?: LogFields): void;
}
