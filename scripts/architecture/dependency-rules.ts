import type { Import, SourceFile } from './source-file.ts';

/** A fence between parts of the program. A rule speaks about the files that match `from`, tests excepted. */
export interface DependencyRule {
  readonly name: string;
  readonly because: string;
  readonly from: RegExp;
  readonly forbids: (target: Import, file: SourceFile) => boolean;
}

const toFile = (pattern: RegExp) => (target: Import) => target.kind === 'file' && pattern.test(target.target);
const toPackage = (pattern: RegExp) => (target: Import) =>
  target.kind === 'package' && pattern.test(target.target);

/** Pure libraries that reference semantics may stand on. */
const evaluationLibraries = /^(re2js|decimal\.js|big\.js|temporal-polyfill|@js-temporal\/polyfill)$/;

/** Where each driver lives; nowhere else may it be imported. */
const driverHomes: Readonly<Record<string, RegExp>> = {
  'node:sqlite': /^src\/infrastructure\/databases\/sqlite\//,
  mongodb: /^src\/infrastructure\/databases\/mongodb\//,
  bson: /^src\/infrastructure\/databases\/mongodb\//,
  'pg-cursor': /^src\/infrastructure\/databases\/postgresql\//,
  pg: /^src\/infrastructure\/databases\/postgresql\//,
  postgres: /^src\/infrastructure\/databases\/postgresql\//,
  mysql2: /^src\/infrastructure\/databases\/mysql\//,
  'cassandra-driver': /^src\/infrastructure\/databases\/cassandra\//,
  '@elastic/elasticsearch': /^src\/infrastructure\/databases\/elasticsearch\//,
  ioredis: /^src\/infrastructure\/redis\//,
  redis: /^src\/infrastructure\/redis\//,
  kafkajs: /^src\/infrastructure\/kafka\//,
};

/** The one list of fences; `docs/ARCHITECTURE.md` tells the same in words. */
export const dependencyRules: readonly DependencyRule[] = [
  {
    name: 'domain-is-alone',
    because: 'the semantics are the product: they must run and be tested without anything around them',
    from: /^src\/domain\//,
    forbids: toFile(/^(?!src\/domain\/)/),
  },
  {
    name: 'domain-is-pure',
    because: 'no input or output in the domain; a few pure libraries in evaluation/ alone',
    from: /^src\/domain\//,
    forbids: (target, file) =>
      target.kind === 'package' &&
      !(file.path.startsWith('src/domain/evaluation/') && evaluationLibraries.test(target.target)),
  },
  {
    name: 'application-knows-the-domain-only',
    because: 'use cases speak to ports; what implements them is chosen in main',
    from: /^src\/application\//,
    forbids: toFile(/^(?!src\/(domain|application)\/)/),
  },
  {
    name: 'application-has-no-frameworks',
    because: 'a driver, web framework or schema library here would decide for every host and database',
    from: /^src\/application\//,
    forbids: toPackage(/^(?!node:(crypto|async_hooks|timers\/promises|events|buffer)$)/),
  },
  {
    name: 'infrastructure-below-interface',
    because: 'adapters implement ports and know no host',
    from: /^src\/infrastructure\//,
    forbids: toFile(/^(?!src\/(domain|application|infrastructure)\/)/),
  },
  {
    name: 'interface-knows-no-infrastructure',
    because: 'the router runs the same on every host and database',
    from: /^src\/interface\//,
    forbids: toFile(/^(?!src\/(domain|application|interface)\/)/),
  },
  {
    name: 'nobody-imports-the-roots',
    because: 'main and handlers compose; what they need from each other lies in main/',
    from: /^src\/(?!main\/)/,
    forbids: toFile(/^(src\/main|handlers)\//),
  },
  {
    name: 'drivers-at-home',
    because: 'a driver leaks its errors and types wherever it is imported',
    from: /^(src|handlers)\//,
    forbids: (target, file) => {
      const home = target.kind === 'package' ? driverHomes[target.target] : undefined;
      return home !== undefined && !home.test(file.path);
    },
  },
  {
    name: 'drivers-are-known',
    because: 'a driver without a home in this list would be fenced nowhere',
    from: /^src\/infrastructure\/databases\/[^/]+\//,
    forbids: (target) =>
      target.kind === 'package' &&
      !target.target.startsWith('node:') &&
      !evaluationLibraries.test(target.target) &&
      target.target !== 'vitest' &&
      driverHomes[target.target] === undefined,
  },
  {
    name: 'adapters-do-not-meet',
    because: 'a database is changed or dropped alone; only vitess stands on mysql and SQL databases on sql/',
    from: /^src\/infrastructure\/databases\/[^/]+\//,
    forbids: (target, file) => {
      const own = databaseFolder(file.path);
      const other = target.kind === 'file' ? databaseFolder(target.target) : undefined;
      if (other === undefined || other === own || other === 'sql') return false;
      return !(own === 'vitess' && other === 'mysql');
    },
  },
  {
    name: 'adapters-behind-the-registry',
    because: 'the registry loads an adapter lazily, so that a process holds only the drivers it uses',
    from: /^src\/(?!infrastructure\/databases\/)|^handlers\//,
    forbids: toFile(/^src\/infrastructure\/databases\/[^/]+\//),
  },
  {
    name: 'hono-in-the-http-interface',
    because: 'the web framework is one of several interfaces; hosts are bound in main and handlers',
    from: /^src\/(?!interface\/http\/|main\/)/,
    forbids: toPackage(/^(hono|@hono\/.*)$/),
  },
];

/** Reading the environment anywhere else would make a setting that no document lists. */
export const environmentHome = /^(src\/infrastructure\/config|scripts|bench|test)\//;

function databaseFolder(path: string): string | undefined {
  return /^src\/infrastructure\/databases\/([^/]+)\//.exec(path)?.[1];
}
