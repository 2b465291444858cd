import { findViolations } from './architecture/find-violations.ts';
import { readSourceFiles } from './architecture/source-file.ts';

const files = readSourceFiles(process.cwd());
const violations = findViolations(files);
for (const { path, rule, message } of violations) console.error(`${path}: ${rule}: ${message}`);
console.log(`architecture: ${files.length} files, ${violations.length} violations`);
process.exitCode = violations.length > 0 ? 1 : 0;
