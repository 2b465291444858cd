import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { databaseTypes } from '../src/domain/database-type.ts';
import { bundle, sqliteThreads } from './bundle.ts';
import { measureColdStart } from './measure-cold-start.ts';

/**
 * `npm run package:lambda [-- mongodb postgresql …]`: bundles the function with SQLite and the named databases, lets
 * osls make the archive that `osls deploy` would upload, and tells its size and how long a cold start takes.
 */
const maxBytes = 2 * 1024 * 1024;
const asked = process.argv.slice(2);
const databases = databaseTypes.filter((type) => type === 'sqlite' || asked.includes(type));

await bundle({
  outdir: 'dist/lambda',
  entries: { http: 'handlers/http.ts', ...sqliteThreads },
  databases,
  minify: true,
});
execFileSync('npx', ['osls', 'package', '--package', 'dist/lambda-package'], {
  stdio: ['ignore', 'inherit', 'inherit'],
});

const { size } = statSync('dist/lambda-package/database-service.zip');
console.log(`archive: ${(size / 1024).toFixed(0)} KiB with ${databases.join(', ')}`);
const { importMs, firstAnswerMs } = measureColdStart('dist/lambda/http.js');
console.log(
  `cold start: ${importMs} ms import, ${firstAnswerMs} ms from start to the first answer (median of 5)`,
);
if (databases.length === 1 && size > maxBytes) {
  console.error(`the archive is larger than ${maxBytes / 1024} KiB`);
  process.exitCode = 1;
}
