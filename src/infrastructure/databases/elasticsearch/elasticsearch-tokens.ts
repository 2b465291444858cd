import { createHash } from 'node:crypto';
import type { Path } from '../../../domain/query/path.ts';
import type { Value, ValueObject } from '../../../domain/value/value.ts';
import { isArray, isObject, typeOf } from '../../../domain/value/value-type.ts';

/*
 * What filters search: one keyword field of a document's facts, `path NUL kind value`. Keywords are ordered by bytes,
 * so a range of numbers (fixed-width, order-keeping hex) or strings (UTF-8) is a range of tokens, for every path at
 * once. The paths are those that `matchPath` of the domain walks, except through array indexes.
 */

const longestText = 256;
const longestPath = 512;
const utf8 = new TextEncoder();

/** The path of a token; undefined where there are none: for an array's element by its index, and for empty names. */
export function tokenPath(path: Path): string | undefined {
  if (path.length === 0 || path.some((segment) => segment === '' || /^\d/.test(segment))) return undefined;
  return path.reduce((prefix, segment) => joinPath(prefix, segment), '');
}

/** A path of any length becomes a token of bounded length: what is too long, or could be mistaken, is hashed. */
function joinPath(prefix: string, segment: string): string {
  const plain = !hasControls.test(segment);
  const joined = prefix === '' ? segment : `${prefix}\u001f${segment}`;
  if (plain && joined.length <= longestPath) return joined;
  return `\u001e${hash(`${prefix}\u0000${segment}`)}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these separate the parts of a token.
const hasControls = /[\u0000-\u001f]/;

export const token = {
  exists: (path: string): string => `${path}\0e`,
  type: (path: string, type: string): string => `${path}\0T${type}`,
  size: (path: string, size: number): string => `${path}\0#${size}`,
  bool: (path: string, value: boolean): string => `${path}\0b${value ? 1 : 0}`,
  number: (path: string, value: number): string => `${path}\0n${orderedHex(value)}`,

  text: (path: string, value: string): string => `${path}\0s${boundedText(value)}`,
} as const;

/** Where the tokens of one kind begin, and where they have ended. */
export function bracket(path: string, kind: 'number' | 'text'): readonly [string, string] {
  return kind === 'number' ? [`${path}\0n`, `${path}\0o`] : [`${path}\0s`, `${path}\0t`];
}

/** Whether a string is in its token whole, so that ranges from it are exact. */
export function isWhole(text: string): boolean {
  return text.length * 3 <= longestText || utf8.encode(text).length <= longestText;
}

/** The first part of a long string, at which ranges are cut off. */
export function textPrefix(text: string): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += utf8.encode(character).length;
    if (bytes > longestText) break;
    end += character.length;
  }
  return text.slice(0, end);
}

function boundedText(text: string): string {
  return isWhole(text) ? text : `${textPrefix(text)}\0${hash(text)}`;
}

/** IEEE 754 in big-endian hex, the sign turned so that the digits compare as the numbers do. */
export function orderedHex(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value === 0 ? 0 : value);
  const bits = view.getBigUint64(0);
  const ordered = bits >> 63n ? ~bits & 0xffff_ffff_ffff_ffffn : bits | 0x8000_0000_0000_0000n;
  return ordered.toString(16).padStart(16, '0');
}

/** Every token of a document in its flat view. */
export function documentTokens(view: ValueObject): readonly string[] {
  const tokens = new Set<string>();
  addFields(tokens, '', view);
  return [...tokens];
}

function addFields(tokens: Set<string>, prefix: string, object: ValueObject): void {
  for (const [name, value] of Object.entries(object)) {
    // A path cannot name these keys, or may mean an array's element; `tokenPath` has none for them.
    if (name === '' || name.includes('.') || /^\d/.test(name)) continue;
    addField(tokens, joinPath(prefix, name), value);
  }
}

function addField(tokens: Set<string>, path: string, value: Value): void {
  tokens.add(token.exists(path));
  addValue(tokens, path, value);
  if (isObject(value)) addFields(tokens, path, value);
  if (!isArray(value)) return;
  tokens.add(token.size(path, value.length));
  for (const element of value) {
    addValue(tokens, path, element);
    if (isObject(element)) addFields(tokens, path, element);
  }
}

function addValue(tokens: Set<string>, path: string, value: Value): void {
  const type = typeOf(value);
  tokens.add(token.type(path, type));
  if (typeof value === 'string') tokens.add(token.text(path, value));
  else if (typeof value === 'number') tokens.add(token.number(path, value));
  else if (typeof value === 'boolean') tokens.add(token.bool(path, value));
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
