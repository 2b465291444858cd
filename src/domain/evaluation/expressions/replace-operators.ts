import type { Value } from '../../value/value.ts';
import { checkStringLength } from './bounded-values.ts';
import {
  type CompiledCall,
  eagerNamed,
  isNullish,
  type NamedValues,
  type OperatorCompiler,
  typeError,
} from './operator-compiler.ts';

type ReplaceOperator = '$ltrim' | '$replaceAll' | '$replaceOne' | '$rtrim' | '$trim';

export const replaceOperators: Readonly<Record<ReplaceOperator, OperatorCompiler>> = {
  $ltrim: trimming(true, false),
  $replaceAll: replacing((text, find, replacement) => {
    if (find !== '') return text.replaceAll(find, () => replacement);
    return [replacement, ...Array.from(text, (character) => character + replacement)].join('');
  }),
  $replaceOne: replacing((text, find, replacement) => text.replace(find, () => replacement)),
  $rtrim: trimming(false, true),
  $trim: trimming(true, true),
};

function replacing(replace: (text: string, find: string, replacement: string) => string): OperatorCompiler {
  return eagerNamed((named, call) => {
    const [text, find, replacement] = ['input', 'find', 'replacement'].map((name) =>
      stringOrNull(named, name, call),
    );
    if (isNullish(text) || isNullish(find) || isNullish(replacement)) return null;
    checkGrowth(text, find, replacement, call);
    return replace(text, find, replacement);
  });
}

/** Counts the matches first: a result that is too large is refused before it is built. */
function checkGrowth(text: string, find: string, replacement: string, call: CompiledCall): void {
  const matches = find === '' ? text.length + 1 : countMatches(text, find);
  call.context.budget.spend((text.length + matches * replacement.length) >> 10);
  checkStringLength(text.length + matches * replacement.length);
}

function countMatches(text: string, find: string): number {
  let matches = 0;
  for (let at = text.indexOf(find); at >= 0; at = text.indexOf(find, at + find.length)) matches++;
  return matches;
}

function stringOrNull(named: NamedValues, name: string, call: CompiledCall): string | null {
  const value: Value | undefined = named[name];
  if (isNullish(value)) return null;
  if (typeof value !== 'string') throw typeError(call, `a string as its ${name}`, value);
  return value;
}

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/trim/#whitespace-characters */
const whitespace: ReadonlySet<string> = new Set(
  '\0\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a',
);

function trimming(left: boolean, right: boolean): OperatorCompiler {
  return eagerNamed((named, call) => {
    const text = stringOrNull(named, 'input', call);
    if (text === null) return null;
    const chars = Object.hasOwn(call.named, 'chars') ? stringOrNull(named, 'chars', call) : undefined;
    if (chars === null) return null;
    call.context.budget.spend(text.length >> 10);
    return trim(text, chars === undefined ? whitespace : new Set(chars), left, right);
  });
}

function trim(text: string, chars: ReadonlySet<string>, left: boolean, right: boolean): string {
  const points = [...text];
  let start = 0;
  let end = points.length;
  while (left && start < end && chars.has(points[start] ?? '')) start++;
  while (right && end > start && chars.has(points[end - 1] ?? '')) end--;
  return points.slice(start, end).join('');
}
