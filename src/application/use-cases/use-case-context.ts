import type { Call } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentRepository } from '../ports/document-repository.ts';

/** What every use case works with: the database that the caller chose, and the call. */
export interface UseCaseContext {
  readonly repository: DocumentRepository;
  readonly call: Call;
  readonly clock: Clock;
}
