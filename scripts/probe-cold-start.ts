import { pathToFileURL } from 'node:url';

/** Run in a process of its own by `measure-cold-start.ts`: imports a bundled function, creates a document, prints both times. */
const [, , file = ''] = process.argv;
const event = {
  version: '2.0',
  rawPath: '/api/v1/documents',
  rawQueryString: '',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ collection: 'probe', data: { a: 1 } }),
  isBase64Encoded: false,
  requestContext: { http: { method: 'POST', path: '/api/v1/documents', sourceIp: '127.0.0.1' } },
};
const context = { getRemainingTimeInMillis: () => 30_000, awsRequestId: 'probe', functionName: 'probe' };

const startedAt = performance.now();
const { handler } = await import(pathToFileURL(file).href);
const importedAt = performance.now();
const answer = await handler(event, context);
const answeredAt = performance.now();
if (answer.statusCode !== 201) throw new Error(JSON.stringify(answer));
console.log(`PROBE ${JSON.stringify([importedAt - startedAt, answeredAt - startedAt])}`);
process.exit(0);
