import type { Metafile } from 'esbuild';
import { databaseTypes } from '../src/domain/database-type.ts';
import { bundle, sqliteThreads } from './bundle.ts';

/** Bundles the server with all databases into a folder that runs without node_modules: `node <outdir>/http.js`. */
export function bundleServer(outdir: string): Promise<Metafile> {
  return bundle({
    outdir,
    entries: { http: 'src/main/http.ts', ...sqliteThreads },
    databases: databaseTypes,
    minify: false,
  });
}
