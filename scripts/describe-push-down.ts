import type { PushDown } from '../test/corpus/count-push-down.ts';

/** The figures of push-down as a Markdown table. */
export function describePushDown(figures: Readonly<Record<string, PushDown>>): string {
  const rows = Object.entries(figures).map(([database, { filters, whole, superset }]) => {
    const share = (count: number): string => `${count} (${((100 * count) / filters).toFixed(1)} %)`;
    return `| ${database} | ${filters} | ${share(whole)} | ${share(superset)} | ${share(filters - whole - superset)} |\n`;
  });
  return `| database | filters | wholly native | narrowed down | in process |\n|---|---|---|---|---|\n${rows.join('')}`;
}
