import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import { invalidRequest } from '../../../domain/errors.ts';
import type { CollectionOptions } from '../../ports/database-adapter.ts';
import type { UseCaseContext } from '../use-case-context.ts';

export interface CreateCollectionInput {
  readonly name: unknown;
  readonly options?:
    | {
        readonly capped?: boolean | undefined;
        /** Bytes. */
        readonly size?: number | undefined;
        /** Documents. */
        readonly max?: number | undefined;
      }
    | undefined;
}

/** Creates an empty collection and answers its name; rejects with VALIDATION_ERROR when it exists. */
export async function createCollection(
  { repository, call }: UseCaseContext,
  input: CreateCollectionInput,
): Promise<string> {
  const name = parseCollectionName(input.name, 'name');
  await repository.createCollection(name, { capped: parseCapped(input.options ?? {}) }, call);
  return name;
}

function parseCapped(options: NonNullable<CreateCollectionInput['options']>): CollectionOptions['capped'] {
  const { capped = false, size, max } = options;
  if (capped && size === undefined)
    throw invalidRequest('a capped collection needs a size in bytes', 'options.size');
  if (capped && size !== undefined) return { sizeBytes: size, maxDocuments: max };
  if (size !== undefined) throw invalidRequest('only for capped collections', 'options.size');
  if (max !== undefined) throw invalidRequest('only for capped collections', 'options.max');
  return undefined;
}
