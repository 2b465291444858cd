import type { ElemMatchLeaf, Filter, Leaf } from '../../../domain/query/filter.ts';
import type { Path } from '../../../domain/query/path.ts';
import { andSql, notSql, orSql } from '../sql/combine-conditions.ts';
import { type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { jsonpathOf } from './postgresql-jsonpath.ts';
import { isStorableText } from './postgresql-order-key.ts';
import { namesElement, pathArray } from './postgresql-paths.ts';
import { valueCondition } from './postgresql-value-condition.ts';

/**
 * A leaf on the JSON object (or, with the empty path, the value) `root`, exactly; undefined where SQL cannot say it.
 * @param depth how many elements are already open around it, for names of their own.
 */
export function leafSql(leaf: Leaf, path: Path, root: SqlFragment, depth = 0): SqlFragment | undefined {
  if (!path.every(isStorableText)) return undefined;
  const jsonpath = jsonpathOf(leaf, path);
  if (jsonpath !== undefined) return sql`(${root} @@ ${jsonpath}::jsonpath)`;
  if (isPlainNull(leaf, path)) return sql`COALESCE((${root} -> ${path[0] ?? ''}) @> 'null', TRUE)`;
  const value = trustedSql(`v${depth}`);
  const whole = leaf.kind === 'elemMatch' || leaf.kind === 'size' || leaf.kind === 'exists';
  if (path.length === 0) return conditionOn(leaf, root, depth);
  const condition = conditionOn(leaf, value, depth);
  if (condition === undefined) return undefined;
  const reached = sql`document_service.reached(${root}, ${pathArray(path)}, ${trustedSql(String(!whole))})`;
  return sql`EXISTS (SELECT 1 FROM unnest(${reached}) AS ${value}(${value}) WHERE ${condition})`;
}

/** `null` at a field of the document itself, or as an element of the array there. */
function isPlainNull(leaf: Leaf, path: Path): boolean {
  if (leaf.kind !== 'compare' || leaf.value !== null || path.length !== 1 || namesElement(path)) return false;
  return leaf.op === 'eq' || leaf.op === 'gte' || leaf.op === 'lte';
}

function conditionOn(leaf: Leaf, value: SqlFragment, depth: number): SqlFragment | undefined {
  return leaf.kind === 'elemMatch' ? elementExists(leaf, value, depth) : valueCondition(leaf, value);
}

/** Of `document` only objects and arrays count; an array is then an object whose fields are its indexes. */
function elementExists(leaf: ElemMatchLeaf, array: SqlFragment, depth: number): SqlFragment | undefined {
  const element = trustedSql(`e${depth}`);
  const object = trustedSql(`d${depth}`);
  const elements = sql`jsonb_array_elements(CASE WHEN jsonb_typeof(${array}) = 'array' THEN ${array} ELSE '[]' END) AS ${element}(${element})`;
  if (leaf.element === 'value') {
    const condition = filterSql(leaf.of, element, depth + 1);
    return condition && sql`EXISTS (SELECT 1 FROM ${elements} WHERE ${condition})`;
  }
  const condition = filterSql(leaf.of, object, depth + 1);
  if (condition === undefined) return undefined;
  const asObject = sql`SELECT CASE jsonb_typeof(${element}) WHEN 'array' THEN (SELECT COALESCE(jsonb_object_agg(n - 1, x), '{}') FROM jsonb_array_elements(${element}) WITH ORDINALITY AS i(x, n)) ELSE ${element} END AS ${object}`;
  return sql`EXISTS (SELECT 1 FROM ${elements} CROSS JOIN LATERAL (${asObject}) AS o WHERE jsonb_typeof(${element}) IN ('object', 'array') AND ${condition})`;
}

/** A whole filter on one value. */
function filterSql(filter: Filter, root: SqlFragment, depth: number): SqlFragment | undefined {
  switch (filter.kind) {
    case 'everything':
      return sql`TRUE`;
    case 'nothing':
      return sql`FALSE`;
    case 'and':
    case 'or': {
      const parts = filter.of.map((part) => filterSql(part, root, depth));
      const known = parts.filter((part) => part !== undefined);
      if (known.length < parts.length) return undefined;
      return filter.kind === 'and' ? andSql(known) : orSql(known);
    }
    case 'not': {
      const part = filterSql(filter.of, root, depth);
      return part && notSql(part);
    }
    default:
      return 'path' in filter ? leafSql(filter, filter.path, root, depth) : undefined;
  }
}
