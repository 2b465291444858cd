import { invalidRequest } from '../../domain/errors.ts';
import type { HttpRequest } from './http-request.ts';

const strongTag = /^"([1-9][0-9]{0,15})"$/;

/**
 * The version that a write expects: `If-Match: "3"`, or `version` of the body or query, or both when they agree.
 * `If-Match: *` expects that the document exists, which every write by id does anyway.
 */
export function expectedVersion(request: HttpRequest, version: number | undefined): number | undefined {
  const header = request.header('if-match')?.trim();
  if (header === undefined || header === '*') return version;
  const tagged = strongTag.exec(header)?.[1];
  if (tagged === undefined) throw invalidRequest('one entity tag as ETag gave it, such as "3"', 'If-Match');
  if (version !== undefined && version !== Number(tagged))
    throw invalidRequest('the version and If-Match differ', 'If-Match');
  return Number(tagged);
}

/** As `expectedVersion`, for writes that cannot do without. */
export function demandedVersion(request: HttpRequest, version: number | undefined): number {
  const expected = expectedVersion(request, version);
  if (expected === undefined)
    throw invalidRequest('the version that was read is needed, here or as If-Match', 'version');
  return expected;
}

/** `*` or one or more entity tags, whoever made them. RFC 9110 §8.8.3 */
const entityTag = '(W/)?"[!#-~]*"';
export const entityTagsPattern = `^(\\*|${entityTag}( *, *${entityTag})*)$`;
const entityTags = new RegExp(entityTagsPattern);

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
