import { z } from 'zod';
import type { Json, JsonObject } from '../../../domain/value/value.ts';

const componentUri = (id: string) => `#/components/schemas/${id}`;

/** A schema as JSON Schema 2020-12, named schemas as references to the document's components. */
export function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const converted = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  const { $schema, $defs, ...rest } = JSON.parse(JSON.stringify(converted)) as Record<string, Json>;
  return rewriteReferences(rest) as JsonObject;
}

/** Every named schema (`meta({id})`), for `components.schemas`. */
export function namedSchemas(): JsonObject {
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    io: 'input',
    unrepresentable: 'any',
    uri: componentUri,
  });
  const named = JSON.parse(JSON.stringify(schemas)) as Record<string, Record<string, Json>>;
  return Object.fromEntries(Object.entries(named).map(([id, { $schema, $id, ...schema }]) => [id, schema]));
}

function rewriteReferences(value: Json): Json {
  if (Array.isArray(value)) return value.map(rewriteReferences);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      key === '$ref' && typeof member === 'string'
        ? member.replace('#/$defs/', '#/components/schemas/')
        : rewriteReferences(member),
    ]),
  );
}
