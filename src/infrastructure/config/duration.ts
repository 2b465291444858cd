import { z } from 'zod';

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const pattern = /^(\d{1,9})(ms|s|m|h)$/;
/** Node's timers take no more; longer means "at once" to them. */
const longestMs = 2 ** 31 - 1;

/** `30s`, `5m`, `1h` as milliseconds; undefined when it is no duration. */
export function parseDuration(text: string): number | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const ms = Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
  return ms <= longestMs ? ms : undefined;
}

/** A setting that is written `30s` and read as milliseconds. */
export function duration(byDefault: string) {
  return z
    .string()
    .default(byDefault)
    .transform((text, context) => {
      const milliseconds = parseDuration(text);
      if (milliseconds !== undefined) return milliseconds;
      context.addIssue({ code: 'custom', message: 'expected a duration such as 500ms, 30s, 5m or 1h' });
      return z.NEVER;
    });
}
