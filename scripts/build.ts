import { databaseTypes } from '../src/domain/database-type.ts';
import { bundle, sqliteThreads } from './bundle.ts';

/** `npm run build`: the server as a folder that runs without node_modules. */
const outdir = 'dist/server';
const metafile = await bundle({
  outdir,
  entries: { http: 'src/main/http.ts', ...sqliteThreads },
  databases: databaseTypes,
  minify: false,
});
const bytes = Object.entries(metafile.outputs)
  .filter(([path]) => path.endsWith('.js'))
  .reduce((sum, [, output]) => sum + output.bytes, 0);
console.log(
  `${outdir}: ${Object.keys(metafile.outputs).length} files, ${Math.round(bytes / 1024)} KiB of JavaScript`,
);
