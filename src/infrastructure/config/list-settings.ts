import { z } from 'zod';
import { configSchema } from './config-schema.ts';

/** One key of the configuration. */
export interface Setting {
  /** `['server', 'http', 'port']` */
  readonly path: readonly string[];
  /** `APP_SERVER_HTTP_PORT` */
  readonly variable: string;
  readonly kind: SettingKind;
  readonly description: string;
  /** As it would be written in YAML; undefined: unset. */
  readonly byDefault: unknown;
  /** The values of an `enum`. */
  readonly values: readonly string[];
  readonly secret: boolean;
}

export type SettingKind = 'string' | 'integer' | 'boolean' | 'enum' | 'duration' | 'list' | 'json';

/** Every setting in the order of the schema. */
export function listSettings(): readonly Setting[] {
  return settingsIn(configSchema, []);
}

function settingsIn(schema: z.core.$ZodType, path: readonly string[]): readonly Setting[] {
  const inner = unwrap(schema).type;
  if (!(inner instanceof z.ZodObject)) return [settingOf(schema, path)];
  return Object.entries(inner.shape as Record<string, z.core.$ZodType>).flatMap(([key, value]) =>
    settingsIn(value, [...path, key]),
  );
}

function settingOf(schema: z.core.$ZodType, path: readonly string[]): Setting {
  const { type, byDefault, isDuration } = unwrap(schema);
  const meta = z.globalRegistry.get(schema);
  return {
    path,
    variable: `APP_${path.join('_').toUpperCase()}`,
    kind: isDuration ? 'duration' : kindOf(type),
    description: meta?.description ?? '',
    byDefault,
    values: type instanceof z.ZodEnum ? type.options.map(String) : [],
    secret: meta?.secret === true,
  };
}

function kindOf(type: z.core.$ZodType): SettingKind {
  if (type instanceof z.ZodBoolean) return 'boolean';
  if (type instanceof z.ZodNumber) return 'integer';
  if (type instanceof z.ZodEnum) return 'enum';
  if (type instanceof z.ZodArray) return type.element instanceof z.ZodObject ? 'json' : 'list';
  return 'string';
}

/** What stands inside defaults, options and transforms; only durations are transformed. */
function unwrap(schema: z.core.$ZodType): { type: z.core.$ZodType; byDefault: unknown; isDuration: boolean } {
  if (schema instanceof z.ZodDefault)
    return { ...unwrap(schema.def.innerType), byDefault: schema.def.defaultValue };
  if (schema instanceof z.ZodPrefault) return unwrap(schema.def.innerType);
  if (schema instanceof z.ZodOptional) return unwrap(schema.def.innerType);
  if (schema instanceof z.ZodPipe) return { ...unwrap(schema.def.in), isDuration: true };
  return { type: schema, byDefault: undefined, isDuration: false };
}
