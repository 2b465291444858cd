import type { Document, DocumentId } from '../../../domain/document/document.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { MemoryIndex } from './memory-index.ts';

/** The documents of one collection, in insertion order, and its indexes. */
export class MemoryCollection {
  readonly documents = new Map<DocumentId, Document>();
  readonly indexes = new Map<string, MemoryIndex>();

  /** Puts `next` in the place of `before` (undefined: there was none); throws DUPLICATE_KEY and changes nothing. */
  put(next: Document, before: Document | undefined): void {
    for (const index of this.indexes.values()) index.check(next);
    if (before !== undefined) for (const index of this.indexes.values()) index.remove(before);
    for (const index of this.indexes.values()) index.add(next);
    this.documents.set(next.id, next);
  }

  remove(document: Document): void {
    for (const index of this.indexes.values()) index.remove(document);
    this.documents.delete(document.id);
  }

  createIndex(definition: IndexDefinition): void {
    const existing = this.indexes.get(definition.name);
    if (existing !== undefined) {
      if (JSON.stringify(existing.definition) === JSON.stringify(definition)) return;
      throw new ServiceError('INDEX_ERROR', 'an index of this name with another definition exists', {
        index: definition.name,
      });
    }
    const index = new MemoryIndex(definition);
    for (const document of this.documents.values()) {
      index.check(document);
      index.add(document);
    }
    this.indexes.set(definition.name, index);
  }

  /** A copy whose changes leave this one as it is. */
  copy(): MemoryCollection {
    const copy = new MemoryCollection();
    for (const [name, index] of this.indexes) copy.indexes.set(name, new MemoryIndex(index.definition));
    for (const document of this.documents.values()) copy.put(document, undefined);
    return copy;
  }
}
