import type { Sort } from '../../query/sort.ts';
import { Held } from '../held.ts';
import { compareSortKeys, sortKey } from '../sort-key.ts';
import { slices } from './chunks.ts';
import type { Keyed } from './sort-stage.ts';
import type { RunStage, StageContext } from './stage-runner.ts';

const leastBuffer = 1024;

/** `$sort` of which only the first `most` are wanted: holds twice as many at most, whatever comes in. */
export function compileTopSort(sort: Sort, most: number, context: StageContext): RunStage {
  const compare = (a: Keyed, b: Keyed) => compareSortKeys(a.key, b.key, sort);
  return async function* (input) {
    let best: Keyed[] = [];
    let worst: Keyed | undefined;
    const prune = () => {
      best = best.sort(compare).slice(0, most);
      worst = best.length === most ? best.at(-1) : undefined;
      new Held(context.maxDocuments).add(best.length);
    };
    for await (const chunk of input) {
      context.budget.spend(chunk.length * sort.length);
      for (const document of chunk) {
        const keyed = { document, key: sortKey(document, sort) };
        if (worst === undefined || compare(keyed, worst) < 0) best.push(keyed);
      }
      if (best.length >= leastBuffer + 2 * most || best.length > context.maxDocuments) prune();
    }
    prune();
    yield* slices(
      best.map((keyed) => keyed.document),
      context.pace,
    );
  };
}
