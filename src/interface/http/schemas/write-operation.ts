import { z } from 'zod';
import { collection, data, documentId, metadata, version } from './document.ts';
import { arrayFilters, collation, filter, update } from './query.ts';

export const documentInput = z
  .strictObject({ data, id: documentId.optional(), metadata })
  .meta({ id: 'DocumentInput', description: 'A document to be stored.' });

/** An operation of `bulk/write`. */
const shape = {
  type: z.enum(['insert', 'update', 'delete', 'replace', 'upsert']),
  collection,
  id: documentId.optional(),
  filter: filter.optional(),
  collation: collation.optional(),
  document: documentInput.optional(),
  update: update.optional(),
  array_filters: arrayFilters.optional(),
  version: version.optional(),
  upsert: z.boolean().meta({ description: 'Insert when nothing matches.' }).optional(),
  many: z.boolean().meta({ description: 'Every document that the filter matches, not one.' }).optional(),
  all: z
    .boolean()
    .meta({ description: 'Confirms a `delete` of `many` whose filter has no condition.' })
    .optional(),
};

const description =
  'One write. `insert` and `replace` take a `document`, `update` takes an `update`, `upsert` either; all but `insert` say which document by `id` or `filter`.';

export const writeOperation = z.strictObject(shape).meta({ id: 'WriteOperation', description });

export const transactionOperation = z
  .strictObject({
    ...shape,
    expect: z
      .strictObject({ matched: z.int().min(0) })
      .meta({ description: 'How many documents must match, else the transaction fails.' })
      .optional(),
    optional: z
      .boolean()
      .meta({ description: 'An operation by id may match nothing without failing the transaction.' })
      .optional(),
  })
  .meta({ id: 'TransactionOperation', description });
