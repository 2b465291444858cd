import { invalidRequest, ServiceError } from '../../domain/errors.ts';
import type { HttpRequest } from './http-request.ts';

/** `*` or one or more entity tags, whoever made them. RFC 9110 §8.8.3 */
const entityTag = '(W/)?"[!#-~]*"';
export const entityTagsPattern = `^(\\*|${entityTag}( *, *${entityTag})*)$`;
const entityTags = new RegExp(entityTagsPattern);
const strongTag = /^"([1-9][0-9]{0,14})"$/;

/**
 * Runs a write under the versions that it expects: `If-Match: "3"` (or several), or `version` of the body or query, or
 * both when they agree. `If-Match: *` expects that the document exists, which every write by id does anyway. Of
 * several, the one that the document has is taken: each attempt is conditional, so none can change another version.
 * @throws OPTIMISTIC_LOCK_ERROR when the document has none of them.
 */
export async function underExpectedVersion<T>(
  request: HttpRequest,
  version: number | undefined,
  write: (expected: number | undefined) => Promise<T>,
): Promise<T> {
  const [first, ...others] = expectedVersions(request, version) ?? [version];
  try {
    return await write(first);
  } catch (error) {
    const current = currentVersion(error);
    if (current === undefined || !others.includes(current)) throw error;
    return write(current);
  }
}

/** As `underExpectedVersion`, for writes that cannot do without a version. */
export function underDemandedVersion<T>(
  request: HttpRequest,
  version: number | undefined,
  write: (expected: number) => Promise<T>,
): Promise<T> {
  return underExpectedVersion(request, version, (expected) => {
    if (expected === undefined)
      throw invalidRequest('the version that was read is needed, here or as If-Match', 'version');
    return write(expected);
  });
}

/** Undefined: any. */
function expectedVersions(request: HttpRequest, version: number | undefined): readonly number[] | undefined {
  if (request.header('if-none-match') !== undefined)
    throw invalidRequest('only reads take it; a write takes If-Match', 'If-None-Match');
  const header = request.header('if-match')?.trim();
  if (header === undefined || header === '*') return undefined;
  const versions = entityTags.test(header) ? header.split(',').map(versionOf) : [undefined];
  if (!versions.every((tagged) => tagged !== undefined))
    throw invalidRequest('entity tags as ETag gave them, such as "3"', 'If-Match');
  if (version === undefined) return versions;
  if (!versions.includes(version)) throw invalidRequest('the version and If-Match differ', 'If-Match');
  return [version];
}

function versionOf(tag: string): number | undefined {
  const digits = strongTag.exec(tag.trim())?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function currentVersion(error: unknown): number | undefined {
  if (!(error instanceof ServiceError) || error.code !== 'OPTIMISTIC_LOCK_ERROR') return undefined;
  const { current_version: current } = error.details;
  return typeof current === 'number' ? current : undefined;
}

/**
 * Whether the client has this version already. `If-None-Match` compares weakly. RFC 9110 §13.1.2
 * @throws INVALID_REQUEST when the header holds no entity tag.
 */
export function isNotModified(request: HttpRequest, tag: string): boolean {
  const header = request.header('if-none-match')?.trim();
  if (header === undefined) return false;
  if (!entityTags.test(header)) throw invalidRequest('entity tags such as "3", or *', 'If-None-Match');
  return header.split(',').some((candidate) => {
    const text = candidate.trim();
    return text === '*' || text.replace(/^W\//, '') === tag;
  });
}
