import { ServiceError } from '../../domain/errors.ts';
import type { Json } from '../../domain/value/value.ts';

const maxCauses = 5;

/**
 * An error for the log: type, code, text, where it was thrown, and its causes. Drivers repeat keys and values in their
 * texts (`Key (email)=(a@b.c) already exists`); what stands in quotes, brackets or braces there is therefore masked.
 */
export function describeError(error: unknown, depth = 0): Json {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && (typeof error.code === 'string' || typeof error.code === 'number');
  return {
    type: error.name,
    ...(code && { code: error.code as string | number }),
    message: error instanceof ServiceError ? error.message : maskValues(error.message),
    stack: framesOf(error),
    ...(error.cause !== undefined && depth < maxCauses && { cause: describeError(error.cause, depth + 1) }),
  };
}

function maskValues(text: string): string {
  return text
    .slice(0, 1000)
    .replace(/"[^"]*"|'[^']*'|`[^`]*`|\{.*\}|\(.*\)|\[.*\]/gs, '…')
    .slice(0, 300);
}

/** Without the first lines, which repeat the text. */
function framesOf(error: Error): string {
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return frames
    .slice(0, 15)
    .map((line) => line.trim())
    .join('\n');
}
