import type { CorpusCase } from './corpus-case.ts';
import { readers } from './read-commands.ts';

/** So that lanes share the work evenly. */
const largestGroup = 40;

/** Cases that only read the same documents, one after another: these have to be written once. A writer is alone. */
export function groupCases(cases: readonly CorpusCase[]): readonly (readonly CorpusCase[])[] {
  const groups: CorpusCase[][] = [];
  const open = new Map<string, CorpusCase[]>();
  for (const one of cases) {
    const data = JSON.stringify([one.collection, one.docs, one.collections]);
    const group = onlyReads(one) ? open.get(data) : undefined;
    if (group !== undefined && group.length < largestGroup) {
      group.push(one);
      continue;
    }
    const begun = [one];
    groups.push(begun);
    if (onlyReads(one)) open.set(data, begun);
  }
  return groups;
}

/** The portable core has no `$out` and no `$merge`. */
function onlyReads({ command, before }: CorpusCase): boolean {
  const [verb = ''] = Object.keys(command);
  return before === undefined && Object.hasOwn(readers, verb);
}
