import { describe, expect, it } from 'vitest';
import { parseCql } from './parse-cql.ts';

describe('parseCql', () => {
  it('tells the verb behind comments, and the names outside of texts', () => {
    const { verb, names } = parseCql(
      `-- DROP\n/* DELETE */ // x\nselect "Upper""Case", b FROM ks.t WHERE a = 'system_auth' AND c = $$ INSERT; $$;`,
    );
    expect(verb).toBe('SELECT');
    expect(names).toEqual(['select', 'Upper"Case', 'b', 'from', 'ks', 't', 'where', 'a', 'and', 'c']);
  });

  it.each(['SELECT 1; DROP TABLE t', 'SELECT 1;;', "SELECT ';'; x"])(
    'refuses a second statement: %s',
    (text) => {
      expect(() => parseCql(text)).toThrow(/one statement/);
    },
  );

  it.each(['', '  -- only a comment', "'x'", '(SELECT 1)', '"SELECT" 1'])(
    'refuses what starts with no word: %s',
    (text) => {
      expect(() => parseCql(text)).toThrow(/starts with a word/);
    },
  );

  it('finds quoted names of other keyspaces', () => {
    expect(parseCql('SELECT * FROM "system_auth" . "roles"').names).toContain('system_auth');
  });
});
