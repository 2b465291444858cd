import type { SourceFile } from './source-file.ts';

/** A rule about one file by itself; answers what is wrong with it. */
export interface StyleRule {
  readonly name: string;
  readonly check: (file: SourceFile) => readonly string[];
}

const maxLines = 300;
/** Lists of cases may be long; code may not. */
const longFiles: readonly RegExp[] = [/^test\/conformance\/concerns\//, /^test\/data\//];
const vagueWords = new Set(['manager', 'helper', 'helpers', 'util', 'utils', 'impl', 'extended', 'complete']);
const vagueVersions = new Set(['new', 'old', 'v2']);
/** "Extended JSON" is the name of a MongoDB format. */
const terms = /extended-?json/gi;
const exportedName =
  /^export\s+(?:declare\s+|abstract\s+|async\s+)*(?:function\*?|class|const|let|interface|type)\s+([A-Za-z0-9_$]+)/gm;

export const styleRules: readonly StyleRule[] = [
  {
    name: 'file-size',
    check: (file) => {
      const lines = file.text.split('\n').length - 1;
      const allowed = lines <= maxLines || longFiles.some((pattern) => pattern.test(file.path));
      return allowed ? [] : [`${lines} lines, at most ${maxLines}`];
    },
  },
  {
    name: 'file-name',
    check: (file) => {
      const name = file.path.slice(file.path.lastIndexOf('/') + 1);
      if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|worker|config))?\.ts$/.test(name)) return ['not kebab-case'];
      return vagueIn(name.split('.')[0] ?? '', file.path).map(
        (word) => `"${word}" says nothing about the file`,
      );
    },
  },
  {
    name: 'exported-name',
    check: (file) =>
      [...file.text.matchAll(exportedName)].flatMap(([, name = '']) =>
        vagueIn(name, file.path).map((word) => `${name}: "${word}" says nothing about it`),
      ),
  },
  {
    name: 'no-default-export',
    check: (file) =>
      !file.path.endsWith('.config.ts') && /^export default\b/m.test(file.text) && !isReporter(file)
        ? ['a default export has no name to search for']
        : [],
  },
  {
    name: 'no-enum-no-namespace',
    check: (file) =>
      /^(export\s+)?(declare\s+)?(const\s+)?(enum|namespace)\s/m.test(file.text)
        ? ['closed unions instead of enums and namespaces']
        : [],
  },
];

/** Vitest loads reporters by their default export. */
function isReporter(file: SourceFile): boolean {
  return file.path === 'test/support/skipped-tests-reporter.ts';
}

function vagueIn(name: string, path: string): readonly string[] {
  const words = name
    .replaceAll(terms, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[-_$]/);
  const version = words.filter((word, index) => index === words.length - 1 && vagueVersions.has(word));
  const base = words.includes('base') && !path.includes('/databases/sql/') ? ['base'] : [];
  return [...words.filter((word) => vagueWords.has(word)), ...base, ...version];
}
