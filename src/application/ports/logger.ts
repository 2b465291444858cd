import type { Json } from '../../domain/value/value.ts';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Never a document's content, a value of a query, or a credential. */
export type LogFields = Readonly<Record<string, Json | undefined>>;

/** Structured log lines; writing them never blocks a request. */
export interface Logger {
  /** Ask before building fields that cost something. */
  enabled(level: LogLevel): boolean;
  /** @param error what was thrown, for its own text, stack and causes; values that it repeats are masked. */
  log(level: LogLevel, message: string, fields?: LogFields, error?: unknown): void;
}
