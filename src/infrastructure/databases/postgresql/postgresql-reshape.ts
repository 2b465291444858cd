import type { Path } from '../../../domain/query/path.ts';
import type { Projection } from '../../../domain/query/projection.ts';
import { type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { isStorableText } from './postgresql-order-key.ts';
import { arrayText } from './postgresql-paths.ts';
import { documentJson, type Relation, selectFrom } from './postgresql-relation.ts';

/** A projection that keeps or drops whole fields of the document; any other is the domain's. */
export function projectSql(relation: Relation, { mode, id, fields }: Projection): Relation | undefined {
  const names = topLevelNames(fields.map(({ path }) => path));
  if (names === undefined || fields.some(({ kind }) => kind !== mode)) return undefined;
  const others = names.filter((name) => name !== '_id');
  if (mode === 'exclude') return without(relation, id === 'exclude' ? [...others, '_id'] : others);
  const kept = arrayText(id === 'include' ? ['_id', ...others] : others);
  return reshaped(
    relation,
    sql`(SELECT COALESCE(jsonb_object_agg(f.key, f.value), '{}') FROM jsonb_each(${documentJson(relation)}) AS f WHERE f.key = ANY(${kept}::text[]))`,
  );
}

export function unsetSql(relation: Relation, paths: readonly Path[]): Relation | undefined {
  const names = topLevelNames(paths);
  return names && without(relation, names);
}

function without(relation: Relation, names: readonly string[]): Relation | undefined {
  return reshaped(relation, sql`(${documentJson(relation)} - ${arrayText(names)}::text[])`);
}

function topLevelNames(paths: readonly Path[]): readonly string[] | undefined {
  const names = paths.map(([name = '']) => name);
  return paths.every((path) => path.length === 1) && names.every(isStorableText) ? names : undefined;
}

/** The order is settled inside; a query around it keeps it only where the server is told again, so it is cut there. */
function reshaped(relation: Relation, document: SqlFragment): Relation | undefined {
  if (relation.order !== undefined) return undefined;
  const from = sql`(${selectFrom(relation, sql`${document} AS doc`)}) AS r`;
  return { from, shape: 'doc', where: [], order: undefined, skip: 0, limit: undefined };
}
