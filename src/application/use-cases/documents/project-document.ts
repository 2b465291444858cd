import type { Document } from '../../../domain/document/document.ts';
import { DocumentBody } from '../../../domain/document/document-body.ts';
import { flatView } from '../../../domain/document/flat-view.ts';
import { systemFields } from '../../../domain/document/system-fields.ts';
import { compileProjection } from '../../../domain/evaluation/compile-projection.ts';
import type { EvaluationContext } from '../../../domain/evaluation/evaluation-context.ts';
import type { Filter } from '../../../domain/query/filter.ts';
import type { Projection } from '../../../domain/query/projection.ts';
import { toJson } from '../../../domain/value/to-json.ts';
import type { Json, JsonObject, ValueObject } from '../../../domain/value/value.ts';
import { parseProjection } from '../../query-language/parse-projection.ts';
import type { UseCaseContext } from '../use-case-context.ts';
import { evaluationContext } from './evaluation-context.ts';
import { queryOptions } from './query-options.ts';

/** A system field that a projection may leave out of a document. */
export type OmittedField = 'id' | 'created_at' | 'updated_at' | 'version' | 'metadata';

/** A document whose data is what a projection made of it. */
export interface ProjectedDocument {
  readonly document: Document;
  readonly omitted: ReadonlySet<OmittedField>;
}

export type Projector = (document: Document) => ProjectedDocument;

const nothingOmitted: ReadonlySet<OmittedField> = new Set();
const everything: Filter = { kind: 'everything' };

/** The projector of requests without a projection. */
export const whole: Projector = (document) => ({ document, omitted: nothingOmitted });

/** Parses a projection and answers what applies it. */
export function createProjector(
  context: UseCaseContext,
  source: Json,
  filter: Filter = everything,
): Projector {
  return projectorOf(
    parseProjection(source, queryOptions(context.repository, 'projection')),
    filter,
    context,
  );
}

/**
 * `doc` keeps its system fields, whatever the projection includes: clients rely on them, and they cost nothing. They
 * go when the projection excludes them by name (`_id: 0`, `-created_at`).
 */
export function projectorOf(projection: Projection, filter: Filter, context: UseCaseContext): Projector {
  const evaluation: EvaluationContext = evaluationContext(context);
  const project = compileProjection(projection, filter, evaluation);
  const omitted = omittedBy(projection);
  return (document) => {
    const data = DocumentBody.fromValue(dataOf(project(flatView(document))));
    return { document: { ...document, data }, omitted };
  };
}

function omittedBy(projection: Projection): ReadonlySet<OmittedField> {
  const excluded = projection.fields
    .filter((field) => field.kind === 'exclude' && field.path.length === 1)
    .flatMap((field) => omittedField(field.path[0]) ?? []);
  return new Set(projection.id === 'exclude' ? [...excluded, 'id' as const] : excluded);
}

function omittedField(name: string | undefined): OmittedField | undefined {
  switch (name) {
    case '_created_at':
      return 'created_at';
    case '_updated_at':
      return 'updated_at';
    case '_version':
      return 'version';
    case '_metadata':
      return 'metadata';
    default:
      return undefined;
  }
}

function dataOf(view: ValueObject): JsonObject {
  const fields = Object.entries(view).filter(([name]) => !systemFields.has(name));
  return Object.fromEntries(fields.map(([name, value]) => [name, toJson(value)]));
}
