import type { Filter } from '../query/filter.ts';
import type { Projection } from '../query/projection.ts';
import type { Value, ValueObject } from '../value/value.ts';
import { isArray, isObject, ownField } from '../value/value-type.ts';
import { compilePosition } from './compile-position.ts';
import { documentScope } from './document-scope.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { type ProjectedDocument, type ProjectionNode, projectionTree } from './projection-tree.ts';
import { type MutableObject, setField } from './set-field.ts';

/**
 * Compiles a projection: of `find`, or the `$project` stage. Including keeps the document's order of fields and
 * appends what is computed.
 * @param filter the query's filter, which the positional `$` refers to.
 */
export function compileProjection(
  projection: Projection,
  filter: Filter,
  context: EvaluationContext,
): (document: ValueObject) => ValueObject {
  const tree = projectionTree(projection, context);
  const bind = documentScope(context);
  const hasPosition = projection.fields.some((field) => field.kind === 'positional');
  const position = hasPosition ? compilePosition(filter, context) : () => undefined;
  const project = projection.mode === 'include' ? includeFields : excludeFields;
  return (document) => project(document, tree, { variables: bind(document), position: position(document) });
}

function includeFields(object: ValueObject, node: ProjectionNode, of: ProjectedDocument): ValueObject {
  const result: MutableObject = {};
  for (const name in object) {
    const child = node.children.get(name);
    if (child === undefined || child.appended || !Object.hasOwn(object, name)) continue;
    const value =
      child.leaf === undefined ? includeBelow(object[name], child, of) : child.leaf(object[name], of);
    if (value !== undefined) setField(result, name, value);
  }
  for (const name of node.computed) {
    const child = node.children.get(name);
    if (child === undefined || (!child.appended && Object.hasOwn(object, name))) continue;
    const current = ownField(object, name);
    const value = child.leaf === undefined ? includeBelow(current, child, of) : child.leaf(current, of);
    if (value !== undefined) setField(result, name, value);
  }
  return result;
}

/** What stands below an inner node: of an array each element; a scalar gives way only to computed fields. */
function includeBelow(
  value: Value | undefined,
  node: ProjectionNode,
  of: ProjectedDocument,
): Value | undefined {
  if (isArray(value)) {
    if (node.onlyElement !== undefined) return node.onlyElement(value, of);
    return value.map((item) => includeBelow(item, node, of)).filter((item) => item !== undefined);
  }
  if (isObject(value)) return includeFields(value, node, of);
  return node.computed.size > 0 ? includeFields({}, node, of) : undefined;
}

function excludeFields(object: ValueObject, node: ProjectionNode, of: ProjectedDocument): ValueObject {
  const result: MutableObject = {};
  for (const name of Object.keys(object)) {
    const child = node.children.get(name);
    const value = child === undefined ? object[name] : excludeAt(object[name], child, of);
    if (value !== undefined) setField(result, name, value);
  }
  return result;
}

function excludeAt(value: Value | undefined, node: ProjectionNode, of: ProjectedDocument): Value | undefined {
  if (node.leaf !== undefined) return node.leaf(value, of);
  if (isArray(value))
    return value.map((item) => excludeAt(item, node, of)).filter((item) => item !== undefined);
  return isObject(value) ? excludeFields(value, node, of) : value;
}
