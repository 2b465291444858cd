import type { Json } from '../../../domain/value/value.ts';
import { parseUpdate } from '../../query-language/parse-update.ts';
import type { DocumentReference } from '../documents/document-reference.ts';
import { type Changed, modifyDocument } from '../documents/modify-document.ts';
import { queryOptions } from '../documents/query-options.ts';
import type { UseCaseContext } from '../use-case-context.ts';

export interface FindAndUpdateInput extends DocumentReference {
  readonly update: Json;
  readonly arrayFilters?: Json | undefined;
  readonly version?: number | undefined;
}

/** Applies an update to one document atomically and answers it before and after. */
export async function findAndUpdate(context: UseCaseContext, input: FindAndUpdateInput): Promise<Changed> {
  const update = parseUpdate(input.update, input.arrayFilters, queryOptions(context.repository, 'update'));
  return modifyDocument(context, input, { kind: 'update', update }, input.version);
}
