import { expect, test } from 'vitest';
import { compilePattern } from './compile-pattern.ts';

function found(pattern: string, flags: string, text: string): boolean | string {
  const compiled = compilePattern({ pattern, flags });
  return 'problem' in compiled ? compiled.problem : compiled.test(text);
}

test.each<[string, string, string, boolean]>([
  ['abc$', '', 'abc\n', true],
  ['abc$', '', 'abc\nd', false],
  ['abc$', 'm', 'abc\nd', true],
  ['abc\\z', '', 'abc\n', false],
  ['^b', 'm', 'a\nb', true],
  ['a.b', '', 'a\nb', false],
  ['a.b', 's', 'a\nb', true],
  ['a b # c\nd', 'x', 'abd', true],
  ['a[ ]b', 'x', 'a b', true],
  ['(?x)a b', '', 'ab', true],
  ['foo\\Kbar', '', 'foobar', true],
  ['(?<=foo)bar', '', 'foobar', true],
  ['[\\s\\h-]+$', '', '\t-', true],
  ['[^\\s]', '', ' ', false],
  ['[]a]', '', ']', true],
  ['[[a]', '', '[', true],
  ['\\Qa.b\\E', '', 'axb', false],
  ['(*UCP)^\\w+$', '', 'éa', true],
  ['[[:alpha:]]', '', 'é', false],
  ['привет', 'i', 'ПРИВЕТ', true],
  ['^.$', '', '😀', true],
  ['(?<=a)b+', '', 'ab', true],
  ['(?<n>a+)b', '', 'ab', true],
  ['^ab', 'i', 'xABy', false],
  ["it's", '', "that's it's", true],
])('%s /%s in %j: %s', (pattern, flags, text, expected) => {
  expect(found(pattern, flags, text)).toBe(expected);
});

test.each([
  '(?<=a+)b',
  '(?<!(?:a|b?))c',
  '(?!a)',
  '(?=a)',
  '(a)\\1',
  'a++',
  '(?>a)',
  '\\Ga',
  '(?R)',
  '[a',
  '(a',
  'a{2,1}',
  '*',
])('says why %s cannot run', (pattern) => {
  expect(found(pattern, '', 'a')).toEqual(expect.any(String));
});

test('hostile patterns are translated in linear time', () => {
  const start = performance.now();
  for (const part of ['[', '(?#', '\\k<', '[:a', '\\Q', '(*UCP)', '[[:a:]'])
    found(part.repeat(16_000 / part.length), 'x', 'a');
  expect(performance.now() - start).toBeLessThan(1000);
});
