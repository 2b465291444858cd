import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** One TypeScript file of the project; `path` is relative to the root with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** One import as the rules see it: a file of the project, or a package or built-in by name. */
export interface Import {
  readonly kind: 'file' | 'package';
  /** `src/domain/errors.ts`, `hono`, `@hono/node-server`, `node:fs`. */
  readonly target: string;
}

const roots = ['src', 'handlers', 'scripts', 'bench', 'test'];
const importPattern =
  /^\s*(?:import|export)\s(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|new URL\(\s*['"](\.[^'"]+\.ts)['"],\s*import\.meta\.url/gm;

/** Every `.ts` file under the source folders. */
export function readSourceFiles(projectRoot: string): readonly SourceFile[] {
  return roots
    .filter((root) => existsSync(join(projectRoot, root)))
    .flatMap((root) =>
      readdirSync(join(projectRoot, root), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
        .map((entry) => join(entry.parentPath, entry.name))
        .map((file) => ({
          path: file.slice(projectRoot.length + 1).replaceAll('\\', '/'),
          text: readFileSync(file, 'utf8'),
        })),
    );
}

/** Static, dynamic, type-only and worker imports of a file. */
export function importsOf(file: SourceFile): readonly Import[] {
  return [...file.text.matchAll(importPattern)].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? '';
    return specifier.startsWith('.')
      ? { kind: 'file', target: posix.join(posix.dirname(file.path), specifier) }
      : { kind: 'package', target: packageName(specifier) };
  });
}

function packageName(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
