import type { z } from 'zod';
import { invalidRequest } from '../../domain/errors.ts';
import { issueMessage } from './issue-message.ts';

type Issue = z.core.$ZodIssue;

/**
 * Checks a value against a schema. Rejects with INVALID_REQUEST and the path of the first mistake.
 * @param whole what the value itself is called when the mistake is not within it: `body`, `query`.
 */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown, whole: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw issue === undefined ? invalidRequest('not valid', whole) : mistake(issue, whole);
}

function mistake(issue: Issue, whole: string): Error {
  if (issue.code === 'unrecognized_keys')
    return invalidRequest('no such field', pathText([...issue.path, ...issue.keys.slice(0, 1)], whole));
  if (issue.code === 'invalid_union') {
    const [first] = issue.errors.at(0) ?? [];
    if (first !== undefined && first.path.length > 0)
      return mistake({ ...first, path: [...issue.path, ...first.path] }, whole);
  }
  return invalidRequest(issueMessage(issue), pathText(issue.path, whole));
}

/** `operations[0].document.data` */
function pathText(path: readonly PropertyKey[], whole: string): string {
  const text = path.reduce<string>(
    (before, key) => (typeof key === 'number' ? `${before}[${key}]` : `${before}.${String(key)}`),
    '',
  );
  return text === '' ? whole : text.replace(/^\./, '');
}
