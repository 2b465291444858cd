import { expect, test } from 'vitest';
import { sql } from '../sql/sql-fragment.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { isMissingTable } from './sqlite-errors.ts';

test('a kept statement whose table is gone says so', () => {
  const connection = new SqliteConnection(':memory:', { readOnly: false });
  const query = sql`SELECT n FROM things`;
  const read = () => connection.all(query);
  const failure = () => {
    try {
      read();
    } catch (error) {
      return error;
    }
    return undefined;
  };
  connection.db.exec('CREATE TABLE things (n INTEGER); INSERT INTO things VALUES (1)');
  expect(read()).toEqual([[1]]);
  connection.db.exec('DROP TABLE things');
  expect(isMissingTable(failure())).toBe(true);
  expect(isMissingTable(failure())).toBe(true);
  connection.db.exec('CREATE TABLE things (n INTEGER)');
  expect(read()).toEqual([]);
  connection.close();
});

test('a statement that failed in one of our functions leaves nothing to the next caller', () => {
  const connection = new SqliteConnection(':memory:', { readOnly: false });
  let failing = true;
  connection.db.function('may_fail', () => {
    if (failing) throw new TypeError('of the first caller');
    return 1;
  });
  const query = sql`SELECT may_fail()`;
  expect(() => connection.all(query)).toThrow('of the first caller');
  failing = false;
  expect(connection.all(query)).toEqual([[1]]);
  connection.close();
});
