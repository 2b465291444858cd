import type { Call } from '../../../application/ports/call.ts';
import type { Document } from '../../../domain/document/document.ts';
import type { ServiceError } from '../../../domain/errors.ts';
import type { CollectionState } from './elasticsearch-ledger.ts';

/** A document that is about to change. */
export interface Changing {
  readonly id: string;
  readonly before: Document | undefined;
  readonly current: Document | undefined;
}

/** Keys that were claimed for documents that are about to be written. */
export interface Claims {
  readonly refused: ReadonlyMap<string, ServiceError>;
  /** Frees the keys that are not needed any more: those of before where it was written, else those just claimed. */
  settle(written: (id: string) => boolean): Promise<void>;
}

const none: Claims = { refused: new Map(), settle: async () => undefined };

export class UniqueKeys {
  async claim(
    _state: CollectionState,
    _changing: readonly Changing[],
    _call: Call,
    _ordered: boolean,
  ): Promise<Claims> {
    return none;
  }
}
