import { existsSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Capabilities, Support } from '../src/domain/capabilities.ts';
import { type DatabaseType, databaseTypes } from '../src/domain/database-type.ts';
import type { PushDown } from '../test/corpus/count-push-down.ts';
import { describePushDown } from './describe-push-down.ts';

type Column = readonly [DatabaseType, Capabilities];

const signs: Readonly<Record<Support, string>> = {
  native: '●',
  partial: '◐',
  emulated: '○',
  unsupported: '–',
};

const introduction = `# What each database does itself

<!-- Generated from the capability objects by \`npm run docs\`; do not edit. GET /api/v1/databases answers the same. -->

Every query gives the same answer on every database. What differs is who does the work:

- ● the database runs it
- ◐ the database runs some forms of it, or narrows the candidates down and the service finishes
- ○ the service runs it over the documents that the database streams
- – not to be had on this database: \`UNSUPPORTED_OPERATION\`
`;

/** The page of capabilities, one column for each database that has an adapter. */
export async function describeCapabilities(): Promise<string> {
  const columns = await readCapabilities();
  const areas = ['filter', 'update', 'aggregation', 'indexes', 'collections'] as const;
  const tables = areas.map((area) => {
    const features = Object.keys(columns[0]?.[1][area] ?? {});
    const rows = features.map((feature) => [
      feature,
      ...columns.map(([, has]) => supportOf(has[area], feature)),
    ]);
    return `\n## ${titles[area]}\n\n${table(columns, rows)}`;
  });
  return `${introduction}\n## At a glance\n\n${table(columns, overview(columns))}${tables.join('')}${pushDown()}`;
}

function pushDown(): string {
  const file = new URL('../test/corpus/push-down.json', import.meta.url);
  const figures = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, PushDown>>;
  return `\n## How many filters run in the database\n\nOf the filters in the conformance corpus, without any index, counted by \`npm run pushdown-report\`:\n\n${describePushDown(figures)}`;
}

const titles = {
  filter: 'Filters',
  update: 'Updates',
  aggregation: 'Aggregation stages',
  indexes: 'Indexes',
  collections: 'Collections',
} as const;

function overview(columns: readonly Column[]): readonly (readonly string[])[] {
  const row = (title: string, of: (has: Capabilities) => string) => [
    title,
    ...columns.map(([, has]) => of(has)),
  ];
  return [
    row('largest document', ({ documents }) => `${documents.maxBytes / 2 ** 20} MiB`),
    row('keeps the order of keys', ({ documents }) => (documents.keepsKeyOrder ? 'yes' : 'no')),
    row('BSON types as Extended JSON', ({ documents }) => (documents.extendedJson ? 'yes' : 'no')),
    row('sort', ({ sort }) => signs[sort]),
    row('transactions', ({ transactions }) => transactions),
    row('change feed', ({ changeFeed }) => signs[changeFeed]),
    row('raw queries', ({ raw }) => raw),
  ];
}

function supportOf(area: Readonly<Record<string, Support>>, feature: string): string {
  return signs[area[feature] ?? 'unsupported'];
}

function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const head = [line(['', ...columns.map(([type]) => type)]), line(['---', ...columns.map(() => ':-:')])];
  return `${[...head, ...rows.map(line)].join('\n')}\n`;
}

async function readCapabilities(): Promise<readonly Column[]> {
  const columns: Column[] = [];
  for (const type of databaseTypes) {
    const file = `src/infrastructure/databases/${type}/${type}-capabilities.ts`;
    if (!existsSync(file)) continue;
    const module = (await import(pathToFileURL(file).href)) as Record<string, Capabilities>;
    const capabilities = module[`${type}Capabilities`];
    if (capabilities === undefined) throw new Error(`${file} does not export ${type}Capabilities`);
    columns.push([type, capabilities]);
  }
  return columns;
}
