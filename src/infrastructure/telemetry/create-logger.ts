import { type DestinationStream, destination, pino } from 'pino';
import { build as buildPretty } from 'pino-pretty';
import type { LogFields, Logger, LogLevel } from '../../application/ports/logger.ts';
import { describeError } from './describe-error.ts';

export interface LoggerOptions {
  readonly level: LogLevel;
  /** `auto` is `pretty` on a terminal. */
  readonly format: 'auto' | 'json' | 'pretty';
  /** Name of the service, in every line. */
  readonly service: string;
  /** Instead of standard output. */
  readonly stream?: DestinationStream;
}

/** A logger that must be flushed before the process ends. */
export interface ProcessLogger extends Logger {
  flush(): void;
}

/** Lines wait at most this long for others, so that a busy service writes many at once. */
const flushMs = 100;

/** Writes one line an event to standard output, with the fields of `docs/ARCHITECTURE.md`, Observability. */
export function createLogger(options: LoggerOptions): ProcessLogger {
  const stream = options.stream ?? standardOutput(options.format);
  const target = pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return {
    enabled: (level) => target.isLevelEnabled(level),
    log: (level, message, fields, error) => target[level](lineOf(fields, error), message),
    flush: () => {
      if ('flushSync' in stream && typeof stream.flushSync === 'function') stream.flushSync();
    },
  };
}

function lineOf(fields: LogFields | undefined, error: unknown): object {
  return error === undefined ? (fields ?? {}) : { ...fields, error: describeError(error) };
}

function standardOutput(format: LoggerOptions['format']): DestinationStream {
  const pretty = format === 'pretty' || (format === 'auto' && process.stdout.isTTY);
  if (!pretty) return destination({ fd: 1, sync: false, minLength: 4096, periodicFlush: flushMs });
  return buildPretty({
    sync: true,
    timestampKey: 'timestamp',
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'service',
    singleLine: true,
  });
}
