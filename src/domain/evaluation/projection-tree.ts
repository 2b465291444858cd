import { assertNever } from '../assert-never.ts';
import { invalidRequest } from '../errors.ts';
import { pathToString } from '../query/path.ts';
import type { Projection, ProjectionField } from '../query/projection.ts';
import type { Value } from '../value/value.ts';
import { isArray } from '../value/value-type.ts';
import { compileExpression, type Variables } from './compile-expression.ts';
import { compileElement } from './compile-filter.ts';
import type { EvaluationContext } from './evaluation-context.ts';

/** What a projection needs to know of the document at hand. */
export interface ProjectedDocument {
  readonly variables: Variables;
  /** The element that the positional `$` stands for. */
  readonly position: number | undefined;
}

/** What becomes of a field; undefined: it goes. */
export type FieldProjection = (value: Value | undefined, of: ProjectedDocument) => Value | undefined;

/** The fields of a projection as a tree by the segments of their paths. */
export interface ProjectionNode {
  /** Only at the ends of paths. */
  readonly leaf: FieldProjection | undefined;
  readonly children: ReadonlyMap<string, ProjectionNode>;
  /** Stands behind the included fields, present or not. */
  readonly appended: boolean;
  /** The children in or below which something is computed, in the order of the projection. */
  readonly computed: ReadonlySet<string>;
  /** What becomes of an array here that the positional `$` refers into. */
  readonly onlyElement: FieldProjection | undefined;
}

interface Growing {
  leaf: FieldProjection | undefined;
  readonly children: Map<string, Growing>;
  appended: boolean;
  readonly computed: Set<string>;
  onlyElement: FieldProjection | undefined;
}

/** `_id` stands in the tree like any field. */
export function projectionTree(projection: Projection, context: EvaluationContext): ProjectionNode {
  const root = emptyNode();
  const fields: readonly ProjectionField[] = projection.fields;
  if (projection.id === projection.mode && !fields.some(({ path }) => path[0] === '_id'))
    grow(root, { kind: projection.mode, path: ['_id'] }, context);
  for (const field of fields) grow(root, field, context);
  return root;
}

function emptyNode(): Growing {
  return {
    leaf: undefined,
    children: new Map(),
    appended: false,
    computed: new Set(),
    onlyElement: undefined,
  };
}

function grow(root: Growing, field: ProjectionField, context: EvaluationContext): void {
  const appended = field.kind === 'compute' || field.kind === 'elemMatch';
  let node = root;
  for (const name of field.path) {
    if (appended) node.computed.add(name);
    const child: Growing = node.children.get(name) ?? emptyNode();
    node.children.set(name, child);
    node = child;
    if (field.kind === 'positional') node.onlyElement = elementAtPosition(field);
  }
  node.leaf = compileField(field, context);
  node.appended = appended;
}

function compileField(field: ProjectionField, context: EvaluationContext): FieldProjection {
  switch (field.kind) {
    case 'include':
      return (value) => value;
    case 'exclude':
      return () => undefined;
    case 'compute': {
      const evaluate = compileExpression(field.expression, context);
      return (_value, of) => evaluate(of.variables);
    }
    case 'slice':
      return (value) => (isArray(value) ? slice(value, field.skip, field.limit) : value);
    case 'elemMatch': {
      const test = compileElement(field.condition, context);
      return (value) => firstElement(value, test);
    }
    case 'positional':
      return elementAtPosition(field);
    default:
      return assertNever(field);
  }
}

function firstElement(value: Value | undefined, test: (element: Value) => boolean): Value | undefined {
  const index = isArray(value) ? value.findIndex(test) : -1;
  return isArray(value) && index >= 0 ? value.slice(index, index + 1) : undefined;
}

/** Without `skip`: the first `limit`, or the last for a negative one. A negative `skip` counts from the end. */
function slice(value: readonly Value[], skip: number | undefined, limit: number): readonly Value[] {
  if (skip === undefined) return limit < 0 ? value.slice(limit) : value.slice(0, limit);
  const start = skip < 0 ? Math.max(0, value.length + skip) : skip;
  return value.slice(start, start + limit);
}

function elementAtPosition(field: ProjectionField): FieldProjection {
  return (value, of) => {
    if (!isArray(value)) return value;
    const element = of.position === undefined ? undefined : value[of.position];
    if (element !== undefined) return [element];
    throw invalidRequest(
      'the filter must say by a condition on the array which element the positional $ is',
      `projection.${pathToString(field.path)}.$`,
    );
  };
}
