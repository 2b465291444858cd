import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareValues } from '../../../domain/evaluation/compare-values.ts';
import type { Json } from '../../../domain/value/value.ts';
import { renderSql } from '../sql/render-sql.ts';
import { sql } from '../sql/sql-fragment.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { pathExpressions } from './sqlite-expressions.ts';
import { isPushablePath, jsonPath, textLiteral } from './sqlite-json-path.ts';
import { comparisonKey } from './sqlite-values.ts';

const connection = new SqliteConnection(':memory:', { readOnly: false });
connection.db.exec('CREATE TABLE t (id TEXT, data TEXT, version INTEGER, metadata TEXT)');

const text = fc.string({ unit: 'binary', maxLength: 8 });
const hostile = fc.oneof(
  text,
  fc.constantFrom(
    "'",
    '"',
    '\\',
    '"."',
    "';--",
    '$',
    '[0]',
    '#-1',
    '\u0000',
    '\n',
    'a.b',
    '__proto__',
    '?',
    '\\u0041',
  ),
  fc
    .array(fc.constantFrom("'", '"', '\\', '$', '.', '[', ']', '\u0000', 'x', 'é', '\u{1F600}'), {
      maxLength: 6,
    })
    .map((all) => all.join('')),
);

describe('jsonPath', () => {
  it('finds exactly its own key, bound and in the text, and no statement breaks', () => {
    fc.assert(
      fc.property(hostile, hostile, fc.integer(), (key, other, value) => {
        fc.pre(key !== other && isPushablePath([key, other]));
        const data = JSON.stringify({ [other]: { [key]: 'wrong' }, [key]: { [other]: value } });
        const path = jsonPath([key, other]);
        const bound = connection.db.prepare('SELECT json_extract(?, ?) AS v').get(data, path);
        const literal = connection.db.prepare(`SELECT json_extract(?, ${textLiteral(path)}) AS v`).get(data);
        expect([bound?.v, literal?.v]).toEqual([value, value]);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('textLiteral', () => {
  it('is read back as it was', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        fc.pre(!value.includes('\0') && value.isWellFormed());
        expect(connection.db.prepare(`SELECT ${textLiteral(value)} AS v`).get()?.v).toBe(value);
      }),
      { numRuns: 2000 },
    );
  });
});

const scalar = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constantFrom(0, 1, 2 ** 53, 2 ** 60, -(2 ** 62), 1e300, 5e-324),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
  fc.constantFrom('', 'a', 'a\u0000', 'a\u0000b', '\uffff', '\u{10000}'),
  fc.boolean(),
  fc.constant(null),
);
const value: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    { weight: 4, arbitrary: scalar },
    {
      weight: 1,
      arbitrary: fc.dictionary(fc.constantFrom('a', 'b', 'ab'), tie('value'), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
    },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
  ),
})).value;
const notArray = value.filter((one) => !Array.isArray(one));

describe('the comparison key', () => {
  it('orders values in SQLite as the domain does', () => {
    const compare = connection.db.prepare('SELECT (? > ?) - (? < ?) AS c');
    fc.assert(
      fc.property(value, value, (a, b) => {
        const x = comparisonKey(a) ?? null;
        const y = comparisonKey(b) ?? null;
        expect(compare.get(x, y, x, y)?.c).toBe(Math.sign(compareValues(a, b)));
      }),
      { numRuns: 5000 },
    );
  });
  it('is what SQLite makes of the stored document', () => {
    fc.assert(
      fc.property(notArray, fc.boolean(), (one, constant) => {
        connection.db.exec('DELETE FROM t');
        connection.db
          .prepare(`INSERT INTO t VALUES ('i', ?, 1, '{}')`)
          .run(JSON.stringify({ a: { b: one } }));
        const key = pathExpressions(['a', 'b'], constant)?.key ?? sql`NULL`;
        const [row] = connection.all(
          sql`SELECT ${key} = ${comparisonKey(JSON.parse(JSON.stringify(one))) ?? null} FROM t`,
        );
        expect(row).toEqual([1]);
      }),
      { numRuns: 1000 },
    );
  });
  it('has a text that does not depend on the value of a bound path', () => {
    const texts = ['a', "'; DROP TABLE t; --"].map(
      (name) => renderSql(pathExpressions([name], false)?.key ?? sql``).text,
    );
    expect(texts[0]).toBe(texts[1]);
  });
});

it('SQLite has what the adapter rests on', () => {
  const db = new DatabaseSync(':memory:');
  expect(
    db
      .prepare("SELECT -9e999 < -1.7976931348623157e308 AND 'z' < x'' AND '' > 9e999 AS order_of_types")
      .get(),
  ).toEqual({ order_of_types: 1 });
});
