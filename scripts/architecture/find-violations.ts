import { dependencyRules, environmentHome } from './dependency-rules.ts';
import { importsOf, type SourceFile } from './source-file.ts';
import { styleRules } from './style-rules.ts';

export interface Violation {
  readonly path: string;
  readonly rule: string;
  readonly message: string;
}

/** Everything in `files` that breaks a rule, in the order of the files. */
export function findViolations(files: readonly SourceFile[]): readonly Violation[] {
  return files.flatMap((file) => [...dependencyViolations(file), ...styleViolations(file)]);
}

function dependencyViolations(file: SourceFile): readonly Violation[] {
  if (file.path.endsWith('.test.ts')) return [];
  const imports = importsOf(file);
  const found = dependencyRules
    .filter((rule) => rule.from.test(file.path))
    .flatMap((rule) =>
      imports
        .filter((target) => rule.forbids(target, file))
        .map((target) => violation(file, rule.name, `imports ${target.target}: ${rule.because}`)),
    );
  const readsEnvironment = /\bprocess\.env\b/.test(file.text) && !environmentHome.test(file.path);
  return readsEnvironment
    ? [...found, violation(file, 'environment-in-config', 'reads process.env; settings come from the config')]
    : found;
}

function styleViolations(file: SourceFile): readonly Violation[] {
  return styleRules.flatMap((rule) => rule.check(file).map((message) => violation(file, rule.name, message)));
}

function violation(file: SourceFile, rule: string, message: string): Violation {
  return { path: file.path, rule, message };
}
