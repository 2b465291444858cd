import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import type { DatabaseType } from '../src/domain/database-type.ts';

/** The packages that only one database needs; bundled only where that database is wanted. */
const drivers: Readonly<Record<DatabaseType, readonly string[]>> = {
  mongodb: ['mongodb', 'bson'],
  postgresql: ['pg', 'pg-cursor'],
  mysql: ['mysql2'],
  vitess: ['mysql2'],
  cassandra: ['cassandra-driver'],
  elasticsearch: ['@elastic/elasticsearch'],
  sqlite: [],
  memory: [],
};

/** What drivers load only when it is there; the service does not need it. */
const optionalPackages = [
  '@aws-sdk/credential-providers',
  '@mongodb-js/zstd',
  'aws4',
  'gcp-metadata',
  'kerberos',
  'mongodb-client-encryption',
  'pg-native',
  'snappy',
  'socks',
];

export interface BundleOptions {
  readonly outdir: string;
  /** Name of the output → source file. */
  readonly entries: Readonly<Record<string, string>>;
  readonly databases: readonly DatabaseType[];
  readonly minify: boolean;
}

/** The threads and processes of the SQLite adapter, which starts them by these names beside its own file. */
export const sqliteThreads = {
  'sqlite-raw.worker': 'src/infrastructure/databases/sqlite/sqlite-raw.worker.ts',
  'sqlite-reader.worker': 'src/infrastructure/databases/sqlite/sqlite-reader.worker.ts',
  'sqlite-writer.worker': 'src/infrastructure/databases/sqlite/sqlite-writer.worker.ts',
} as const;

/** Bundles entries for Node 24 into one folder, code that they share and lazy imports in chunks beside them. */
export async function bundle(options: BundleOptions): Promise<Metafile> {
  const wanted = new Set(options.databases.flatMap((type) => drivers[type]));
  const unwanted = Object.values(drivers)
    .flat()
    .filter((name) => !wanted.has(name));
  rmSync(options.outdir, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: { ...options.entries },
    outdir: options.outdir,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: options.minify,
    // It costs every closure that is made; without minification nearly all names stay anyway.
    keepNames: options.minify,
    sourcemap: options.minify ? false : 'linked',
    metafile: true,
    logLevel: 'warning',
    external: [...unwanted, ...optionalPackages],
    // CommonJS dependencies call `require`, which an ES module has not.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  // Without it Node would take the files for CommonJS wherever the folder is copied to.
  writeFileSync(join(options.outdir, 'package.json'), '{ "type": "module" }\n');
  copyExplorer(options.outdir);
  return metafile;
}

/** The page at `/docs` is shown by files of an npm package, which a bundle has in a folder beside it. */
function copyExplorer(outdir: string): void {
  const source = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  mkdirSync(join(outdir, 'explorer'));
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
    copyFileSync(join(source, file), join(outdir, 'explorer', file));
  }
}
