import { ServiceError } from '../../errors.ts';
import type { StageContext, StageOf } from './stage-runner.ts';

/** The stages that only a database can run: here they are past any that could. */
export function refuseStage(
  stage: StageOf<'geoNear' | 'search' | 'out' | 'merge'>,
  _context: StageContext,
): never {
  throw new ServiceError('UNSUPPORTED_OPERATION', `$${stage.kind} is not available on this database`, {
    capability: `aggregation.${stage.kind}`,
  });
}
