import type { Path } from '../../../domain/query/path.ts';
import type { Projection } from '../../../domain/query/projection.ts';
import type { Stage } from '../../../domain/query/stage.ts';
import { type Relation, reshaped, spread } from '../sql/relation.ts';
import { joinSql, type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { memberSql } from './mysql-expression.ts';
import { jsonPath, pathSource, valueAt } from './mysql-paths.ts';
import { documentJson, fieldSql, rowColumns } from './mysql-relation.ts';
import { isType } from './mysql-value-test.ts';

/** The stages that make other documents of a relation's; undefined: the domain's. */
export function reshapeSql(relation: Relation, stage: Stage): Relation | undefined {
  switch (stage.kind) {
    case 'unwind':
      return unwindSql(relation, stage);
    case 'project':
      return projectSql(relation, stage.projection);
    case 'unset': {
      const names = topLevelNames(stage.paths);
      return names && reshaped(relation, without(relation, names));
    }
    default:
      return undefined;
  }
}

/** A projection that keeps or drops whole fields of the document; any other is the domain's. */
function projectSql(relation: Relation, { mode, id, fields }: Projection): Relation | undefined {
  const names = topLevelNames(fields.map(({ path }) => path));
  if (names === undefined || fields.some(({ kind }) => kind !== mode)) return undefined;
  const others = names.filter((name) => name !== '_id');
  if (mode === 'exclude')
    return reshaped(relation, without(relation, id === 'exclude' ? [...others, '_id'] : others));
  const kept = id === 'include' ? ['_id', ...others] : others;
  const members = kept.map((name) => memberSql(name, fieldSql(relation, [name]) ?? sql`NULL`));
  const parts = joinSql([sql`JSON_OBJECT()`, sql`JSON_OBJECT()`, ...members], ', ');
  return reshaped(relation, sql`JSON_MERGE_PRESERVE(${parts})`);
}

function without(relation: Relation, names: readonly string[]): SqlFragment {
  if (names.length === 0) return documentJson(relation);
  const paths = names.map((name) => sql`${jsonPath([name])}`);
  return sql`JSON_REMOVE(${documentJson(relation)}, ${joinSql(paths, ', ')})`;
}

function topLevelNames(paths: readonly Path[]): readonly string[] | undefined {
  const names = paths.map(([name = '']) => name);
  const simple = paths.every((path) => path.length === 1) && names.every((name) => name.isWellFormed());
  return simple ? names : undefined;
}

/** One document for each element of an array in a field of the document itself; deeper ones are the domain's. */
function unwindSql(relation: Relation, stage: Extract<Stage, { kind: 'unwind' }>): Relation | undefined {
  const name = fieldOf(relation, stage.path);
  const index = stage.includeArrayIndex;
  const indexName = index === undefined ? undefined : fieldOf(relation, index.split('.'));
  if (name === undefined || (index !== undefined && indexName === undefined)) return undefined;
  const source = relation.shape === 'row' ? sql`data` : sql`doc`;
  const path = sql`${jsonPath([name])}`;
  const value = valueAt({ root: source, steps: [name] });
  const isArray = isType(value, "'ARRAY'");
  const elements = sql`JSON_TABLE(IF(${isArray}, ${value}, JSON_ARRAY()), '$[*]' COLUMNS (o FOR ORDINALITY, e JSON PATH '$'))`;
  // A null among the elements is NULL in the table.
  const element = sql`COALESCE(e, CAST('null' AS JSON))`;
  const unwound = sql`CASE WHEN o IS NOT NULL THEN JSON_SET(${source}, ${path}, ${element}) WHEN ${isArray} THEN JSON_REMOVE(${source}, ${path}) ELSE ${source} END`;
  const document =
    indexName === undefined ? unwound : sql`JSON_SET(${unwound}, ${jsonPath([indexName])}, o - 1)`;
  const kept = stage.preserveNullAndEmptyArrays
    ? sql`TRUE`
    : sql`(o IS NOT NULL OR JSON_TYPE(${value}) NOT IN ('ARRAY', 'NULL'))`;
  const from = (documents: SqlFragment): SqlFragment =>
    sql`(${documents}) AS s LEFT JOIN ${elements} AS e ON TRUE WHERE ${kept}`;
  const { shape } = relation;
  if (shape === 'doc')
    return spread(relation, { input: source, output: sql`${document} AS doc`, columns: source, shape, from });
  const output = sql`id, ${document} AS data, version, created_at, updated_at, metadata`;
  return spread(relation, { input: rowColumns, output, columns: rowColumns, shape, from });
}

/** A field of the document itself, which in a row must be one of the data. */
function fieldOf({ shape }: Relation, path: Path): string | undefined {
  const [name] = path;
  if (name === undefined || path.length > 1 || !name.isWellFormed()) return undefined;
  const source = pathSource(path);
  return shape === 'doc' || (source?.kind === 'json' && source.column === 'data') ? name : undefined;
}
