import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import { ServiceError } from '../../src/domain/errors.ts';
import type { Filter } from '../../src/domain/query/filter.ts';
import type { Json } from '../../src/domain/value/value.ts';
import { testCall } from '../support/test-call.ts';
import { readPlainCases } from './corpus-case.ts';
import { commandFilter } from './read-commands.ts';

/** Of how many filters, how many a database runs wholly by itself, and how many it narrows down. */
export interface PushDown {
  readonly filters: number;
  readonly whole: number;
  readonly superset: number;
}

/** Plans the corpus's plain filters on a database and counts what it does itself; runs none of them. */
export async function countPushDown(repository: Pick<DocumentRepository, 'explainCount'>): Promise<PushDown> {
  const filters = readPlainCases('filter')
    .filter((one) => one.error_code === null && one.command.filter !== undefined)
    .flatMap((one) => portable(one.command.filter))
    .filter((filter) => filter.kind !== 'everything' && filter.kind !== 'nothing');
  const plans = await Promise.all(
    filters.map((filter) => repository.explainCount('pushdown', filter, testCall())),
  );
  return {
    filters: filters.length,
    whole: plans.filter((plan) => plan.residual === null).length,
    superset: plans.filter((plan) => plan.residual !== null && plan.native !== null).length,
  };
}

/** The few filters that need what the portable language lacks (number ids, backtracking patterns) are no database's. */
function portable(source: Json | undefined): readonly Filter[] {
  try {
    return [commandFilter(source)];
  } catch (error) {
    if (error instanceof ServiceError) return [];
    throw error;
  }
}
