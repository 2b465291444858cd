import type { Document, DocumentId } from '../../../domain/document/document.ts';
import type { Modification, ModifyOutcome } from '../../../domain/document/modification.ts';
import { applyModification } from '../../../domain/evaluation/apply-modification.ts';
import type { EvaluationContext } from '../../../domain/evaluation/evaluation-context.ts';
import type { BulkItem } from './elasticsearch-bulk.ts';
import {
  changeOf,
  newBirth,
  removalOf,
  type Stored,
  type StoredChange,
  sourceText,
  toDocument,
  toldBy,
  tombstoneText,
} from './elasticsearch-values.ts';

/** What becomes of one document in one round of a batch: several changes of it are written as one. */
export class DocumentChain {
  readonly id: DocumentId;
  readonly stored: Stored | undefined;
  /** The places of its modifications in the batch. */
  readonly places: number[] = [];
  readonly before: Document | undefined;
  current: Document | undefined;
  /** Oldest first; the last is told by what is written itself. */
  readonly changes: StoredChange[] = [];
  #birth: string;
  #removed: Document | undefined;
  #collection: string;

  constructor(collection: string, id: DocumentId, stored: Stored | undefined) {
    this.id = id;
    this.stored = stored;
    this.#collection = collection;
    const living = stored !== undefined && stored.source.removed !== true;
    this.before = living ? toDocument(collection, stored.source) : undefined;
    this.current = this.before;
    this.#birth = living ? stored.source.birth : newBirth();
  }

  get isChanged(): boolean {
    return this.changes.length > 0;
  }

  /** The changes that only what stands there now tells, and that the change log may not have yet. */
  get overwritten(): readonly StoredChange[] {
    return this.stored === undefined ? [] : toldBy(this.#collection, this.stored.source);
  }

  apply(modification: Modification, context: EvaluationContext): ModifyOutcome {
    const outcome = applyModification(this.#collection, modification, this.current, context);
    switch (outcome.status) {
      case 'inserted':
        if (this.#removed !== undefined) this.#birth = newBirth();
        this.#become(outcome.after);
        break;
      case 'modified':
        this.#become(outcome.after);
        break;
      case 'removed':
        this.current = undefined;
        this.#removed = outcome.before;
        this.changes.push(removalOf(outcome.before, this.#birth));
        break;
      default:
    }
    return outcome;
  }

  /** Undefined: nothing is to be written. */
  item(
    order: (document: Document) => Readonly<Record<string, string>>,
    unlogged: readonly StoredChange[],
  ): BulkItem | undefined {
    const earlier = [...unlogged, ...this.changes.slice(0, -1)];
    const birth = this.#birth;
    const expected = this.stored;
    const kind = expected === undefined ? 'create' : 'index';
    if (!this.isChanged) return undefined;
    if (this.current !== undefined)
      return {
        kind,
        id: this.id,
        source: sourceText(this.current, { birth, earlier, order: order(this.current) }),
        expected,
      };
    if (this.#removed === undefined) return undefined;
    return { kind, id: this.id, source: tombstoneText(this.#removed, birth, earlier), expected };
  }

  #become(after: Document): void {
    this.current = after;
    this.changes.push(changeOf(after, this.#birth));
  }
}
