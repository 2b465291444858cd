import type { TypedNumber } from '../value/bson.ts';
import type { Value } from '../value/value.ts';
import type { Pattern, TypeName } from './filter.ts';

type Bound = number | TypedNumber;

/** https://www.mongodb.com/docs/manual/reference/operator/query/jsonSchema/ */
export interface JsonSchema {
  readonly types?: readonly TypeName[];
  readonly enum?: readonly Value[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: readonly { readonly pattern: Pattern; readonly schema: JsonSchema }[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly dependencies?: Readonly<Record<string, readonly string[] | JsonSchema>>;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly additionalItems?: boolean | JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minimum?: Bound;
  readonly exclusiveMinimum?: boolean;
  readonly maximum?: Bound;
  readonly exclusiveMaximum?: boolean;
  /** Above 0. */
  readonly multipleOf?: Bound;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: Pattern;
  readonly allOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly not?: JsonSchema;
}
