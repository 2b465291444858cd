import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeOpenApi, describeRestApi } from '../../scripts/describe-rest-api.ts';

test.each([
  ['docs/REST_API_SPECIFICATION.md', describeRestApi],
  ['docs/openapi.json', describeOpenApi],
])('%s is what the schemas say (npm run docs writes it)', (path, describe) => {
  expect(readFileSync(path, 'utf8') === describe()).toBe(true);
});
