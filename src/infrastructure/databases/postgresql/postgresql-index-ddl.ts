import { pushDown } from '../../../application/planning/push-down.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { unsupportedOperation } from '../../../domain/errors.ts';
import { type Path, samePath } from '../../../domain/query/path.ts';
import { andSql, orSql } from '../sql/combine-conditions.ts';
import { identifier, joinSql, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { postgresqlDialect } from './postgresql-dialect.ts';
import { literalText, quoted } from './postgresql-literal.ts';
import { hasArraySql, type PathSource, pathArray, pathSource, sortKeySql } from './postgresql-paths.ts';
import { tableOf } from './postgresql-rows.ts';

/** What one index of the API is in PostgreSQL, as complete statements in order. */
export interface IndexObjects {
  readonly create: readonly string[];
  readonly drop: readonly string[];
}

/**
 * - an index on the order keys, ending in the id, so that it serves sorts with their tie-break (`hashed`: a hash index);
 * - for each path an inverted index (GIN) of the documents that have an array there, which finds an element that equals
 *   a value; their ids, for every other question; and statistics of how many they are;
 * - for a unique index a table of its keys, one row per document and array element, kept by a trigger.
 */
export function indexObjects(collection: string, index: IndexDefinition, number: number): IndexObjects {
  const condition = indexCondition(collection, index);
  const wrapped = condition !== undefined && literalText(condition).includes('(SELECT ');
  const where = wrapped ? trustedSql(predicateCall(number)) : condition;
  const suffix = where === undefined ? sql`` : sql` WHERE ${where}`;
  const table = tableOf(collection);
  const name = `ix_${number}`;
  const hashed = index.keys.length === 1 && index.keys[0]?.kind === 'hashed';
  const keys = index.keys.map(
    ({ path, kind }) =>
      sql`${keyColumn(path, kind === -1 ? -1 : 1)}${trustedSql(kind === -1 ? ' DESC' : '')}`,
  );
  const columns = hashed
    ? keys
    : [...keys, ...(index.keys.some(({ path }) => samePath(path, ['_id'])) ? [] : [sql`id`])];
  const main = sql`CREATE INDEX ${identifier(name)} ON ${table} ${trustedSql(hashed ? 'USING hash ' : '')}(${joinSql(columns, ', ')})${suffix}`;
  const arrays = index.keys.flatMap(({ path }, i) =>
    arrayObjects(collection, path, `${name}_arrays_${i}`, where),
  );
  const unique = index.unique ? uniqueObjects(collection, index, number, where) : { create: [], drop: [] };
  return {
    create: [
      ...(wrapped ? [predicateFunction(number, condition)] : []),
      literalText(main),
      ...arrays.flatMap(({ create }) => create),
      ...unique.create,
    ],
    drop: [
      ...unique.drop,
      `DROP INDEX IF EXISTS "${name}"`,
      ...arrays.flatMap(({ drop }) => drop),
      dropPredicate(number),
    ],
  };
}

const predicateColumns =
  'id text, data jsonb, version bigint, created_at timestamptz, updated_at timestamptz, metadata jsonb';

/** A predicate of an index holds no subquery; a function of its own may. */
function predicateFunction(number: number, condition: SqlFragment): string {
  return `CREATE FUNCTION document_service."partial_${number}"(${predicateColumns}) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS ${quoted(`SELECT ${literalText(condition)}`)}`;
}

function predicateCall(number: number): string {
  return `document_service."partial_${number}"(id, data, version, created_at, updated_at, metadata)`;
}

function dropPredicate(number: number): string {
  return `DROP FUNCTION IF EXISTS document_service."partial_${number}"`;
}

function jsonSource(path: Path): Extract<PathSource, { kind: 'json' }> | undefined {
  const source = pathSource(path);
  return source?.kind === 'json' ? source : undefined;
}

function keyColumn(path: Path, direction: 1 | -1): SqlFragment {
  if (samePath(path, ['_id'])) return sql`id`;
  const source = pathSource(path);
  if (source === undefined)
    throw unsupportedOperation('postgresql', 'indexes.single', `an index cannot lie on ${path.join('.')}`);
  return sql`(${source.kind === 'column' ? source.value.key : sortKeySql(source.root, source.path, direction)})`;
}

function arrayObjects(
  collection: string,
  path: Path,
  name: string,
  where: SqlFragment | undefined,
): readonly IndexObjects[] {
  const source = jsonSource(path);
  if (source === undefined) return [];
  const table = tableOf(collection);
  const condition = andSql([hasArraySql(source.root, source.path), ...(where === undefined ? [] : [where])]);
  const arrays = sql`(document_service.arrays_on(${source.root}, ${pathArray(source.path)}))`;
  return [
    {
      create: [
        literalText(
          sql`CREATE INDEX ${identifier(name)} ON ${table} USING gin (${source.root} jsonb_path_ops) WHERE ${condition}`,
        ),
        literalText(sql`CREATE INDEX ${identifier(`${name}_any`)} ON ${table} (id) WHERE ${condition}`),
        literalText(sql`CREATE STATISTICS ${identifier(`${name}_stats`)} ON ${arrays} FROM ${table}`),
      ],
      drop: [`DROP INDEX IF EXISTS "${name}", "${name}_any"`, `DROP STATISTICS IF EXISTS "${name}_stats"`],
    },
  ];
}

/** The whole document as paths see it, where a unique key needs more than its data. */
const flatView = `data || jsonb_build_object('_id', id, '_version', version, '_metadata', metadata,
  '_created_at', document_service.instant(created_at), '_updated_at', document_service.instant(updated_at))`;

function uniqueObjects(
  collection: string,
  index: IndexDefinition,
  number: number,
  where: SqlFragment | undefined,
): IndexObjects {
  const own = `document_service."unique_${number}"`;
  const table = literalText(tableOf(collection));
  const paths = `${quoted(JSON.stringify(index.keys.map(({ path }) => path)))}::jsonb`;
  const system = index.keys.some(({ path }) => path[0]?.startsWith('_') === true);
  const condition = where === undefined ? 'TRUE' : literalText(where);
  const keysOf = (rows: string): string =>
    `FROM ${rows} AS r, document_service.unique_keys(${system ? flatView : 'data'}, ${paths}) AS k WHERE ${condition}`;
  const collect = (row: string): string =>
    `SELECT COALESCE(array_agg(k ORDER BY k), '{}') ${keysOf(`(SELECT (${row}).*)`)}`;
  const body = `DECLARE keys_before bytea[] := '{}'; keys_after bytea[] := '{}';
BEGIN
  IF TG_OP <> 'INSERT' THEN keys_before := (${collect('OLD')}); END IF;
  IF TG_OP <> 'DELETE' THEN keys_after := (${collect('NEW')}); END IF;
  IF keys_before = keys_after THEN RETURN NULL; END IF;
  DELETE FROM ${own} WHERE key = ANY(keys_before);
  INSERT INTO ${own} SELECT unnest(keys_after), NEW.id;
  RETURN NULL;
END`;
  return {
    create: [
      `LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`,
      `CREATE TABLE ${own} (key bytea PRIMARY KEY, id text NOT NULL)`,
      `INSERT INTO ${own} SELECT k, r.id ${keysOf(table)}`,
      `CREATE FUNCTION ${own}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS ${quoted(body)}`,
      `CREATE TRIGGER "unique_${number}" AFTER INSERT OR UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${own}()`,
    ],
    drop: [`DROP FUNCTION IF EXISTS ${own}() CASCADE`, `DROP TABLE IF EXISTS ${own}`],
  };
}

/** Which documents the index holds; undefined: all. */
function indexCondition(
  collection: string,
  { sparse, keys, partialFilter }: IndexDefinition,
): SqlFragment | undefined {
  const parts: SqlFragment[] = [];
  if (partialFilter !== undefined) {
    const pushed = pushDown(partialFilter.filter, postgresqlDialect, { collection, indexes: [] });
    if (pushed.residual !== undefined)
      throw unsupportedOperation(
        'postgresql',
        'indexes.partial',
        'PostgreSQL cannot run this partial filter by itself',
      );
    if (pushed.native !== undefined) parts.push(pushed.native);
  }
  if (sparse && keys.every(({ path }) => jsonSource(path) !== undefined))
    parts.push(orSql(keys.map(({ path }) => existsSql(path))));
  return parts.length === 0 ? undefined : andSql(parts);
}

/** In the words of the dialect, so that the server sees that a query's condition implies the index's. */
function existsSql(path: Path): SqlFragment {
  const pushed = postgresqlDialect.leaf({ kind: 'exists', path }, { collection: '', indexes: [] });
  return pushed?.native ?? sql`TRUE`;
}
