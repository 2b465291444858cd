import { describe, expect, it } from 'vitest';
import { findViolations } from '../../scripts/architecture/find-violations.ts';
import { readSourceFiles } from '../../scripts/architecture/source-file.ts';

const rulesBrokenBy = (path: string, text: string) =>
  findViolations([{ path, text }]).map((violation) => violation.rule);

describe('the architecture check', () => {
  it('finds nothing in the project', () => {
    expect(findViolations(readSourceFiles(process.cwd()))).toEqual([]);
  });

  it.each([
    ['domain-is-alone', 'src/domain/a.ts', "import { x } from '../application/x.ts';"],
    ['domain-is-pure', 'src/domain/a.ts', "import { readFileSync } from 'node:fs';"],
    ['domain-is-pure', 'src/domain/a.ts', "import { RE2JS } from 're2js';"],
    ['application-knows-the-domain-only', 'src/application/a.ts', "export { x } from '../main/x.ts';"],
    ['application-has-no-frameworks', 'src/application/a.ts', "import {\n  z,\n} from 'zod';"],
    ['infrastructure-below-interface', 'src/infrastructure/a.ts', "import '../interface/http/app.ts';"],
    [
      'interface-knows-no-infrastructure',
      'src/interface/http/a.ts',
      "import { x } from '../../infrastructure/x.ts';",
    ],
    ['nobody-imports-the-roots', 'src/infrastructure/a.ts', "import { x } from '../main/x.ts';"],
    ['drivers-at-home', 'src/main/a.ts', "const m = await import('mongodb');"],
    ['drivers-are-known', 'src/infrastructure/databases/foodb/a.ts', "import { Client } from 'foodb';"],
    [
      'adapters-do-not-meet',
      'src/infrastructure/databases/mysql/a.ts',
      "import { x } from '../sqlite/x.ts';",
    ],
    [
      'adapters-behind-the-registry',
      'src/main/a.ts',
      "import { x } from '../infrastructure/databases/sqlite/x.ts';",
    ],
    ['hono-in-the-http-interface', 'src/infrastructure/a.ts', "import { Hono } from 'hono/tiny';"],
    ['environment-in-config', 'src/main/a.ts', 'const port = process.env.PORT;'],
    ['file-size', 'src/domain/a.ts', 'const a = 1;\n'.repeat(301)],
    ['file-name', 'src/domain/FileName.ts', ''],
    ['file-name', 'src/domain/string-utils.ts', ''],
    ['exported-name', 'src/domain/a.ts', 'export class PoolManager {}'],
    ['no-default-export', 'src/domain/a.ts', 'export default 1;'],
    ['no-enum-no-namespace', 'src/domain/a.ts', 'export enum Color { red }'],
  ])('catches %s in %s', (rule, path, text) => {
    expect(rulesBrokenBy(path, text)).toContain(rule);
  });

  it.each([
    ['src/domain/evaluation/a.ts', "import { RE2JS } from 're2js';"],
    ['src/infrastructure/databases/vitess/a.ts', "import { x } from '../mysql/x.ts';"],
    ['src/infrastructure/databases/sqlite/a.ts', "import { x } from '../sql/x.ts';\nimport 'node:sqlite';"],
    ['src/interface/http/a.ts', "import { Hono } from 'hono';"],
    ['src/domain/document/parse-extended-json.ts', 'export function parseExtendedJson() {}'],
  ])('lets %s pass', (path, text) => {
    expect(rulesBrokenBy(path, text)).toEqual([]);
  });
});
