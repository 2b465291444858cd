import type { Path } from '../../../domain/query/path.ts';
import type { Projection } from '../../../domain/query/projection.ts';
import type { Stage } from '../../../domain/query/stage.ts';
import { type Relation, reshaped } from '../sql/relation.ts';
import { type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { lookupSql } from './postgresql-lookup.ts';
import { isStorableText } from './postgresql-order-key.ts';
import { arrayText } from './postgresql-paths.ts';
import { documentJson } from './postgresql-relation.ts';
import { unwindSql } from './postgresql-unwind.ts';

/** The stages that make other documents of a relation's; undefined: the domain's. */
export function reshapeSql(relation: Relation, stage: Stage): Relation | undefined {
  switch (stage.kind) {
    case 'unwind':
      return unwindSql(relation, stage);
    case 'lookup':
      return lookupSql(relation, stage);
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
  const kept = arrayText(id === 'include' ? ['_id', ...others] : others);
  return reshaped(
    relation,
    sql`(SELECT COALESCE(jsonb_object_agg(f.key, f.value), '{}') FROM jsonb_each(${documentJson(relation)}) AS f WHERE f.key = ANY(${kept}::text[]))`,
  );
}

function without(relation: Relation, names: readonly string[]): SqlFragment {
  return sql`(${documentJson(relation)} - ${arrayText(names)}::text[])`;
}

function topLevelNames(paths: readonly Path[]): readonly string[] | undefined {
  const names = paths.map(([name = '']) => name);
  return paths.every((path) => path.length === 1) && names.every(isStorableText) ? names : undefined;
}
