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
