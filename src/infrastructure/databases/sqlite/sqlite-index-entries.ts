import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { identifier, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { pathExpressions } from './sqlite-expressions.ts';
import type { IndexObjects } from './sqlite-index-ddl.ts';
import { textLiteral } from './sqlite-json-path.ts';
import { tableOf } from './sqlite-table-name.ts';

/** A table beside a collection with rows made of its documents, kept by triggers in the same transaction. */
interface Entries {
  readonly name: string;
  readonly table: SqlFragment;
  readonly columns: SqlFragment;
  /** Gives the rows of all documents; ` WHERE r.id = …` may follow. */
  readonly fill: SqlFragment;
}

/** The keys of a unique index, over array elements too; a key that another document has breaks the primary key. */
export function uniqueEntries(
  collection: string,
  index: IndexDefinition,
  number: number,
  where: SqlFragment | undefined,
): IndexObjects {
  const name = `$unique${number}`;
  const paths = trustedSql(textLiteral(JSON.stringify(index.keys.map(({ path }) => path))));
  const covered = sql`(SELECT * FROM ${tableOf(collection)} WHERE ${where ?? sql`TRUE`})`;
  const fill = sql`INSERT INTO ${identifier(name)} (key, id) SELECT k.value, r.id FROM ${covered} r, json_each(unique_keys(${paths}, r.id, r.data, r.version, r.created_at, r.updated_at, r.metadata)) k`;
  const columns = sql`key TEXT PRIMARY KEY NOT NULL, id TEXT NOT NULL`;
  return entryObjects(collection, { name, table: identifier(name), columns, fill });
}

/** The table with the elements of the arrays of an index's first field. */
export function elementTable(number: number): SqlFragment {
  return identifier(`$elements${number}`);
}

/** The comparison keys of array elements: what MongoDB's multikey index holds beyond one key per document. */
export function elementEntries(
  collection: string,
  { keys }: IndexDefinition,
  number: number,
): readonly IndexObjects[] {
  const path = keys[0]?.path ?? [];
  const expressions = pathExpressions(path, true);
  if (expressions?.arrays === undefined) return [];
  const table = elementTable(number);
  const written = trustedSql(textLiteral(JSON.stringify(path)));
  const fill = sql`INSERT OR IGNORE INTO ${table} (key, id) SELECT CASE k.type WHEN 'object' THEN unhex(k.value ->> 'x') WHEN 'integer' THEN k.value + 0.0 WHEN 'null' THEN -9e999 ELSE k.value END, r.id FROM (SELECT id, ${expressions.field} AS field FROM ${tableOf(collection)} WHERE ${expressions.arrays}) r, json_each(element_keys(${written}, r.field)) k`;
  const columns = sql`key ANY NOT NULL, id TEXT NOT NULL, PRIMARY KEY (key, id)`;
  return [entryObjects(collection, { name: `$elements${number}`, table, columns, fill })];
}

function entryObjects(collection: string, { name, table, columns, fill }: Entries): IndexObjects {
  const triggers = (['INSERT', 'UPDATE', 'DELETE'] as const).map((event) => {
    const trigger = identifier(`${name}$${event.toLowerCase()}`);
    const forget = sql`DELETE FROM ${table} WHERE id = OLD.id;`;
    const learn = sql`${fill} WHERE r.id = NEW.id;`;
    const body = event === 'INSERT' ? learn : event === 'DELETE' ? forget : sql`${forget} ${learn}`;
    const create = sql`CREATE TRIGGER ${trigger} AFTER ${trustedSql(event)} ON ${tableOf(collection)} BEGIN ${body} END`;
    return { create, drop: sql`DROP TRIGGER IF EXISTS ${trigger}` };
  });
  return {
    create: [
      sql`CREATE TABLE ${table} (${columns}) STRICT, WITHOUT ROWID`,
      sql`CREATE INDEX ${identifier(`${name}$id`)} ON ${table} (id)`,
      fill,
      ...triggers.map(({ create }) => create),
    ],
    drop: [...triggers.map(({ drop }) => drop), sql`DROP TABLE IF EXISTS ${table}`],
  };
}
