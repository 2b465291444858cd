import { ServiceError } from '../../../domain/errors.ts';
import { ObjectIdValue, OpaqueValue, RegexValue, TypedNumber } from '../../../domain/value/bson.ts';

/**
 * Plain data on its way between threads. The structured clone keeps dates and numbers as they are but forgets classes,
 * so a BSON value travels as a Map (which no value is) of its fields. What holds none is passed on as it is.
 */
export function toTransfer<T>(data: T): T;
export function toTransfer(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || data instanceof Date || ArrayBuffer.isView(data))
    return data;
  if (Array.isArray(data)) {
    const copy = data.map((item) => toTransfer<unknown>(item));
    return copy.some((item, i) => item !== data[i]) ? copy : data;
  }
  if (isBson(data)) return new Map<string, unknown>(Object.entries(data));
  return mapFields(data, toTransfer);
}

/** The inverse of `toTransfer`. */
export function fromTransfer<T>(data: T): T;
export function fromTransfer(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || data instanceof Date || ArrayBuffer.isView(data))
    return data;
  if (Array.isArray(data)) {
    const copy = data.map((item) => fromTransfer<unknown>(item));
    return copy.some((item, i) => item !== data[i]) ? copy : data;
  }
  return data instanceof Map ? toBson(data) : mapFields(data, fromTransfer);
}

/** Whether the data survives JSON text as it is. */
export function isPlainJson(data: unknown): boolean {
  if (typeof data === 'number') return Number.isFinite(data) && !Object.is(data, -0);
  if (typeof data !== 'object' || data === null)
    return typeof data !== 'function' && typeof data !== 'symbol';
  if (data instanceof Date || ArrayBuffer.isView(data) || isBson(data)) return false;
  return Object.values(data).every(isPlainJson);
}

function mapFields(data: object, map: (value: unknown) => unknown): object {
  let changed = false;
  const fields = Object.entries(data).map(([name, value]): [string, unknown] => {
    const mapped = map(value);
    changed ||= mapped !== value;
    return [name, mapped];
  });
  return changed ? Object.fromEntries(fields) : data;
}

function isBson(data: object): boolean {
  return (
    data instanceof ObjectIdValue ||
    data instanceof TypedNumber ||
    data instanceof RegexValue ||
    data instanceof OpaqueValue
  );
}

function toBson(fields: ReadonlyMap<string, unknown>): unknown {
  const text = (name: string): string => String(fields.get(name));
  switch (fields.get('kind')) {
    case 'objectId':
      return new ObjectIdValue(text('hex'));
    case 'number':
      return new TypedNumber(text('type') as TypedNumber['type'], Number(fields.get('value')), text('text'));
    case 'regex':
      return new RegexValue(text('pattern'), text('flags'));
    default:
      return new OpaqueValue(text('type') as OpaqueValue['type'], text('extendedJson'));
  }
}

/** An error as plain data. */
export interface WireError {
  readonly code: ServiceError['code'];
  readonly message: string;
  readonly details: ServiceError['details'];
  readonly cause: string | undefined;
}

export function toWireError(error: ServiceError): WireError {
  const { code, message, details, cause } = error;
  return { code, message, details, cause: cause === undefined ? undefined : String(cause) };
}

export function fromWireError({ code, message, details, cause }: WireError): ServiceError {
  return new ServiceError(code, message, details, cause);
}
