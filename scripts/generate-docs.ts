import { readFileSync, writeFileSync } from 'node:fs';
import { describeCapabilities } from './describe-capabilities.ts';
import { describeConfiguration } from './describe-configuration.ts';
import { describeOpenApi, describeRestApi } from './describe-rest-api.ts';

/** The pages that are made of the code, each with what makes it. */
const pages: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/CONFIGURATION.md': describeConfiguration,
  'docs/capabilities.md': describeCapabilities,
  'docs/REST_API_SPECIFICATION.md': describeRestApi,
  'docs/openapi.json': describeOpenApi,
};

/** `npm run docs` writes them; `--check` fails when one is not what the code says. */
const check = process.argv.includes('--check');
for (const [path, describe] of Object.entries(pages)) {
  const text = await describe();
  if (!check) writeFileSync(path, text);
  else if (readOrNothing(path) !== text) {
    console.error(`${path} is out of date: npm run docs`);
    process.exitCode = 1;
  }
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
