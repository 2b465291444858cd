import type { RawResult } from '../../../application/ports/database-adapter.ts';
import type { RawStatement } from './sqlite-raw.ts';
import type { WireError } from './transfer.ts';

/** To the process that runs raw statements; one at a time. */
export interface RawRequest extends RawStatement {
  readonly path: string;
  /** Whether it runs in a transaction that may change rows. */
  readonly writes: boolean;
  /** Milliseconds since the epoch; until then it waits for other writers. */
  readonly deadline: number;
}

export type RawAnswer =
  | { readonly ok: true; readonly result: RawResult }
  | {
      readonly ok: false;
      readonly error: WireError;
      /** The process ends with this answer. */
      readonly last: boolean;
    };
