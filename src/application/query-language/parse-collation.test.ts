import { expect, test } from 'vitest';
import type { Json } from '../../domain/value/value.ts';
import { collateFilter } from './collate-filter.ts';
import { parseCollation } from './parse-collation.ts';
import { parseFilter } from './parse-filter.ts';

test('reads what MongoDB takes', () => {
  expect(parseCollation({ locale: 'de_AT', strength: 1, alternate: 'shifted' }, 'collation')).toEqual({
    locale: 'de-AT',
    strength: 1,
    caseLevel: false,
    caseFirst: 'off',
    numericOrdering: false,
    ignorePunctuation: true,
  });
  expect(parseCollation({ locale: 'simple' }, 'collation')).toBeUndefined();
});

test.each<[Json, string]>([
  ['en', 'collation'],
  [[], 'collation'],
  [{}, 'collation.locale'],
  [{ locale: 5 }, 'collation.locale'],
  [{ locale: '' }, 'collation.locale'],
  [{ locale: 'invalid_locale_xyz' }, 'collation.locale'],
  [{ locale: 'xx' }, 'collation.locale'],
  [{ locale: 'en', strength: 4 }, 'collation.strength'],
  [{ locale: 'en', strength: null }, 'collation.strength'],
  [{ locale: 'en', caseFirst: 'no' }, 'collation.caseFirst'],
  [{ locale: 'en', backwards: true }, 'collation.backwards'],
  [{ locale: 'en', __proto__x: 1 }, 'collation.__proto__x'],
])('refuses %j', (source, path) => {
  expect(() => parseCollation(source, 'collation')).toThrow(
    expect.objectContaining({ code: 'INVALID_REQUEST', details: { path } }),
  );
});

const english = parseCollation({ locale: 'en', strength: 2 }, 'collation');
const collate = (source: Json) =>
  collateFilter(
    parseFilter(source, { path: 'filter', shortNames: true, extendedJson: false }),
    english,
    'filter',
  );

test('leaves to the database what compares no strings', () => {
  expect(collate({ n: { $gt: 1 }, x: { $exists: true } })).toMatchObject({ kind: 'and' });
  expect(collate({ n: 1, text: 'a' })).toMatchObject({
    kind: 'and',
    of: [
      { kind: 'compare', value: 1 },
      { kind: 'collated', of: { kind: 'compare', value: 'a' } },
    ],
  });
});

test('refuses expressions that would not compare by it', () => {
  const sets = { $setEquals: ['$a', ['x']] };
  expect(() => collate({ $expr: { $and: [{ $eq: ['$a', 'x'] }, sets] } })).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED_OPERATION' }),
  );
});
