import type { AccumulatorOperator } from '../../../domain/query/accumulator-operator.ts';
import type { Expression } from '../../../domain/query/expression.ts';
import type { AccumulatorField, Stage } from '../../../domain/query/stage.ts';
import type { Value } from '../../../domain/value/value.ts';
import type { FoldKind } from './fold-group.ts';
import type { SqlFragment } from './sql-fragment.ts';

export type Grouping = Extract<Stage, { kind: 'bucket' | 'group' | 'sortByCount' }>;

/** A grouping in the words of a database. */
export interface GroupPlan {
  /** The JSON by which documents are put together; NULL stands for null. */
  readonly id: SqlFragment;
  readonly fields: readonly GroupField[];
  /** The order of the groups. */
  readonly order: 'count' | 'id' | undefined;
}

export interface GroupField {
  readonly name: string;
  readonly kind: FoldKind;
  /** The JSON that each document gives, NULL when missing; only a count needs none. */
  readonly value: SqlFragment | undefined;
}

/** What a database says of the expressions of a grouping; undefined: the domain's to evaluate. */
export interface GroupDialect {
  readonly expression: (expression: Expression) => SqlFragment | undefined;
  /** The lower boundary of the bucket that holds a value, else the default. */
  readonly bucket: (
    value: SqlFragment,
    boundaries: readonly Value[],
    otherwise: Value,
  ) => SqlFragment | undefined;
}

const kinds: Readonly<Partial<Record<AccumulatorOperator, FoldKind>>> = {
  $sum: 'sum',
  $avg: 'average',
  $min: 'min',
  $max: 'max',
  $first: 'first',
  $last: 'last',
  $push: 'list',
  $addToSet: 'set',
  $count: 'count',
};

/** Undefined unless the database can say all of it. */
export function planGroup(stage: Grouping, dialect: GroupDialect): GroupPlan | undefined {
  const id = groupId(stage, dialect);
  const fields = fieldsOf(stage).map((field) => planField(field, dialect));
  const known = fields.filter((field) => field !== undefined);
  if (id === undefined || known.length < fields.length) return undefined;
  return { id, fields: known, order: orders[stage.kind] };
}

const orders: Readonly<Record<Grouping['kind'], GroupPlan['order']>> = {
  bucket: 'id',
  group: undefined,
  sortByCount: 'count',
};

/** Whether an answer depends on the order of the documents, given whether they have one. */
export function needsPlaces({ fields }: GroupPlan, isOrdered: boolean): boolean {
  return fields.some(({ kind }) => {
    if (kind === 'sum' || kind === 'average') return isOrdered;
    return kind === 'list' || kind === 'first' || kind === 'last';
  });
}

function groupId(stage: Grouping, { expression, bucket }: GroupDialect): SqlFragment | undefined {
  if (stage.kind === 'group') return expression(stage.id);
  if (stage.kind === 'sortByCount') return expression(stage.expression);
  // Without a default, a value outside the boundaries is an error, which SQL has no words for.
  const value = expression(stage.groupBy);
  return value && stage.default !== undefined ? bucket(value, stage.boundaries, stage.default) : undefined;
}

function fieldsOf(stage: Grouping): readonly AccumulatorField[] {
  if (stage.kind === 'group') return stage.fields;
  if (stage.kind === 'bucket') return stage.output;
  return [{ name: 'count', accumulator: '$count', args: {}, sortBy: undefined }];
}

function planField(field: AccumulatorField, { expression }: GroupDialect): GroupField | undefined {
  const { name, accumulator, args } = field;
  const kind = kinds[accumulator];
  if (kind === undefined) return undefined;
  if (kind === 'count' || (kind === 'sum' && isOne(args.input)))
    return { name, kind: 'count', value: undefined };
  if (args.input === undefined || Object.keys(args).length !== 1) return undefined;
  // Which of two documents is greater depends on the order of their fields, which is the database's own once it made them.
  if ((kind === 'min' || kind === 'max') && holdsDocument(args.input)) return undefined;
  const value = expression(args.input);
  return value && { name, kind, value };
}

function isOne(expression: Expression | undefined): boolean {
  return expression?.kind === 'literal' && expression.value === 1;
}

function holdsDocument(expression: Expression): boolean {
  if (expression.kind === 'object') return expression.fields.some(([, field]) => holdsDocument(field));
  return expression.kind === 'variable' && expression.path.length === 0;
}
