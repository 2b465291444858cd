import type { DocumentId } from '../../../domain/document/document.ts';
import type { Modification, ModifyOutcome } from '../../../domain/document/modification.ts';

/** How many statements of one batch are under way at once: a few connections, not the whole pool. */
const concurrency = 8;

type Run = (modification: Modification) => Promise<ModifyOutcome>;

/** One after another, until the first that fails or is stale. */
export async function modifyInOrder(
  modifications: readonly Modification[],
  run: Run,
): Promise<ModifyOutcome[]> {
  const outcomes: ModifyOutcome[] = [];
  let stopped = false;
  for (const modification of modifications) {
    const outcome: ModifyOutcome = stopped ? { status: 'skipped' } : await run(modification);
    stopped ||= outcome.status === 'failed' || outcome.status === 'stale';
    outcomes.push(outcome);
  }
  return outcomes;
}

/** Each for itself, several at once; those of one document one after another. */
export async function modifyEach(
  modifications: readonly Modification[],
  run: Run,
  atOnce: number = concurrency,
): Promise<ModifyOutcome[]> {
  const outcomes: ModifyOutcome[] = modifications.map(() => ({ status: 'skipped' }));
  const queues = positionsById(modifications).values();
  const work = async (): Promise<void> => {
    for (const positions of queues) {
      for (const at of positions) {
        const modification = modifications[at];
        if (modification !== undefined) outcomes[at] = await run(modification);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, modifications.length) }, work));
  return outcomes;
}

function positionsById(modifications: readonly Modification[]): ReadonlyMap<DocumentId, readonly number[]> {
  const positions = new Map<DocumentId, number[]>();
  for (const [at, { id }] of modifications.entries()) {
    const queue = positions.get(id);
    if (queue === undefined) positions.set(id, [at]);
    else queue.push(at);
  }
  return positions;
}
