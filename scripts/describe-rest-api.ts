import packageJson from '../package.json' with { type: 'json' };
import { offeredDatabases } from '../src/domain/database-type.ts';
import { errorStatus } from '../src/domain/errors.ts';
import type { Json, JsonObject } from '../src/domain/value/value.ts';
import { errorExamples } from '../src/interface/http/openapi/error-examples.ts';
import { openApiDocument } from '../src/interface/http/openapi/open-api-document.ts';
import { apiEndpoints } from '../src/interface/http/routes/api-endpoints.ts';
import { descriptionEndpoints } from '../src/interface/http/routes/description.ts';

/** The OpenAPI document of a service with every database. */
function fullDocument(): JsonObject {
  return openApiDocument({
    endpoints: [...apiEndpoints, ...descriptionEndpoints],
    version: packageJson.version,
    databases: offeredDatabases,
    capped: true,
  });
}

/** `docs/openapi.json`. */
export function describeOpenApi(): string {
  return `${JSON.stringify(fullDocument(), null, 1)}\n`;
}

/** `docs/REST_API_SPECIFICATION.md`: the OpenAPI document for people. */
export function describeRestApi(): string {
  const document = fullDocument();
  const tags = listOf(document.tags);
  return `${[
    '# REST API',
    'Generated from the schemas that check the requests by `npm run docs`; the same as `GET /openapi.json` (`docs/openapi.json`), which `/docs` explores in a browser.',
    String(objectOf(document.info).description),
    'Every endpoint takes `X-Request-Id`; those that work on a database take the next two, POST and PUT also the last:',
    commonParameters(document),
    'Every answer has `X-Request-Id`, and, where requests are limited, `X-RateLimit-Limit`, `X-RateLimit-Remaining`, `X-RateLimit-Reset` (seconds) and the IETF’s `RateLimit` and `RateLimit-Policy`.',
    errorTable(),
    '## Endpoints',
    overview(document),
    ...tags.flatMap((tag) => section(document, tag)),
  ].join('\n\n')}\n`;
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operation: JsonObject;
}

function operationsOf(document: JsonObject): readonly Operation[] {
  return Object.entries(objectOf(document.paths)).flatMap(([path, operations]) =>
    Object.entries(objectOf(operations)).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation: objectOf(operation),
    })),
  );
}

function overview(document: JsonObject): string {
  const rows = operationsOf(document).map(({ method, path, operation }) => [
    `[${String(operation.summary)}](#${anchor(operation)})`,
    `${method} \`${path}\``,
  ]);
  return table(['what', 'how'], rows);
}

function errorTable(): string {
  const examples = errorExamples();
  const rows = Object.entries(errorStatus).map(([code, status]) => {
    const error = objectOf(objectOf(objectOf(examples[code]).value).error);
    return [`\`${code}\``, String(status), String(error.message), `\`${JSON.stringify(error.details)}\``];
  });
  return `## Errors\n\nA closed list; each code has one status.\n\n${table(['code', 'status', 'for example', 'details'], rows)}`;
}

function section(document: JsonObject, tag: Json): readonly string[] {
  const { name, description } = objectOf(tag);
  const operations = operationsOf(document).filter(({ operation }) =>
    listOf(operation.tags).includes(name ?? ''),
  );
  return [
    `## ${String(name)}`,
    String(description),
    ...operations.flatMap((operation) => endpoint(document, operation)),
  ];
}

function endpoint(document: JsonObject, { method, path, operation }: Operation): readonly string[] {
  const responses = objectOf(operation.responses);
  return [
    `<a id="${anchor(operation)}"></a>\n### ${String(operation.summary)}`,
    `\`${method} ${path}\``,
    String(operation.description),
    ...parameters(operation),
    ...requestBody(document, operation),
    ...answers(responses),
    `Errors: ${errors(document, responses)}`,
  ];
}

function anchor(operation: JsonObject): string {
  return `${operation.operationId}`.toLowerCase();
}

/** Told once for all endpoints. */
const commonHeaders = ['X-Request-Id', 'X-Request-Timeout-Ms', 'X-Database-Type', 'Idempotency-Key'];

function commonParameters(document: JsonObject): string {
  const all = operationsOf(document).flatMap(({ operation }) => listOf(operation.parameters).map(objectOf));
  const shown = commonHeaders.flatMap((name) =>
    all.filter((parameter) => parameter.name === name).slice(0, 1),
  );
  return parameterTable(shown);
}

function parameters(operation: JsonObject): readonly string[] {
  const own = listOf(operation.parameters)
    .map(objectOf)
    .filter(({ name }) => !commonHeaders.includes(String(name)));
  return own.length === 0 ? [] : [parameterTable(own)];
}

function parameterTable(shown: readonly JsonObject[]): string {
  const rows = shown.map(({ name, in: place, description, schema }) => [
    `\`${String(name)}\``,
    String(place),
    typeText(objectOf(schema)),
    String(description),
  ]);
  return table(['parameter', 'in', 'type', ''], rows);
}

function requestBody(document: JsonObject, operation: JsonObject): readonly string[] {
  if (operation.requestBody === undefined) return [];
  const { schema, examples } = objectOf(
    objectOf(objectOf(operation.requestBody).content)['application/json'],
  );
  const fields = objectOf(resolve(document, objectOf(schema)).properties ?? {});
  const required = listOf(resolve(document, objectOf(schema)).required ?? []);
  const rows = Object.entries(fields).map(([name, field]) => {
    const resolved = resolve(document, objectOf(field));
    const needed = required.includes(name) ? 'required' : '';
    return [`\`${name}\``, typeText(resolved), needed, String(resolved.description ?? '')];
  });
  const shown = Object.values(objectOf(examples ?? {})).map((example) =>
    json(objectOf(example).value ?? null),
  );
  return [table(['body', 'type', '', ''], rows), ...shown];
}

function answers(responses: JsonObject): readonly string[] {
  return Object.entries(responses).flatMap(([status, response]) => {
    if (isError(response)) return [];
    const { description, content = {} } = objectOf(response);
    const types = Object.keys(objectOf(content));
    const { example } = objectOf(objectOf(content)['application/json'] ?? {});
    const media =
      types.length === 0 || types.join() === 'application/json'
        ? ''
        : ` (${types.map((type) => `\`${type}\``).join(', ')})`;
    const text = `**${status}**${media} ${String(description)}`;
    return example === undefined ? [text] : [text, json(example)];
  });
}

function isError(response: Json): boolean {
  return typeof objectOf(response).$ref === 'string';
}

function errors(document: JsonObject, responses: JsonObject): string {
  const shared = objectOf(objectOf(document.components).responses);
  return Object.values(responses)
    .filter(isError)
    .map((response) => {
      const name = String(objectOf(response).$ref).replace('#/components/responses/', '');
      return String(objectOf(shared[name]).description);
    })
    .join(', ');
}

function typeText(schema: JsonObject): string {
  const { type, enum: values, anyOf, items } = schema;
  if (Array.isArray(values)) return values.map((value) => `\`${String(value)}\``).join(' ');
  if (Array.isArray(anyOf)) return anyOf.map((one) => typeText(objectOf(one))).join(' or ');
  if (type === 'array' && typeof items === 'object')
    return `list of ${typeText(objectOf(items)) || 'values'}`;
  return Array.isArray(type) ? type.join(' or ') : String(type ?? '');
}

function resolve(document: JsonObject, schema: JsonObject): JsonObject {
  const { $ref: reference, ...rest } = schema;
  if (typeof reference !== 'string') return schema;
  const schemas = objectOf(objectOf(document.components).schemas);
  return { ...objectOf(schemas[reference.replace('#/components/schemas/', '')]), ...rest };
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function json(value: Json): string {
  return `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
