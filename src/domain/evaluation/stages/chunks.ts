import type { PipelineDocument } from '../../query/stage.ts';
import { Held } from '../held.ts';
import type { Pace } from './pace.ts';
import type { RunStage, StageContext } from './stage-runner.ts';

/** Documents travel in pieces, so that the cost of waiting is paid per piece and not per document. */
export type Chunk = readonly PipelineDocument[];
export type Chunks = AsyncIterable<Chunk>;

/** Small at first, for pipelines that stop early. */
const firstChunk = 16;
const fullChunk = 512;
/** Milliseconds that a chunk may take its stages before the next one is smaller. */
const longChunk = 10;

export async function* chunksOf(
  input: AsyncIterable<PipelineDocument> | Iterable<PipelineDocument>,
  pace: Pace,
): Chunks {
  let size = firstChunk;
  let chunk: PipelineDocument[] = [];
  for await (const document of input) {
    chunk.push(document);
    if (chunk.length < size) continue;
    const start = performance.now();
    yield chunk;
    const slow = performance.now() - start > longChunk;
    await pace.rest();
    chunk = [];
    size = slow ? Math.max(size >> 1, 1) : Math.min(size * 2, fullChunk);
  }
  if (chunk.length > 0) yield chunk;
}

/** An array in pieces. */
export async function* slices(documents: Chunk, pace: Pace): Chunks {
  for (let i = 0; i < documents.length; i += fullChunk) {
    yield documents.slice(i, i + fullChunk);
    await pace.rest();
  }
}

/** A stage that makes one document of each. */
export function mapping(
  change: (document: PipelineDocument) => PipelineDocument,
  context: StageContext,
): RunStage {
  return async function* (input) {
    for await (const chunk of input) {
      context.budget.spend(chunk.length);
      yield chunk.map(change);
    }
  };
}

/** A stage that makes any number of documents of each; its output is cut into pieces as well. */
export function expanding(
  expand: (document: PipelineDocument) => Iterable<PipelineDocument>,
  context: StageContext,
): RunStage {
  return async function* (input) {
    let out: PipelineDocument[] = [];
    for await (const chunk of input) {
      context.budget.spend(chunk.length);
      for (const document of chunk)
        for (const made of expand(document)) {
          if (out.push(made) < fullChunk) continue;
          context.budget.spend(fullChunk);
          yield out;
          out = [];
          await context.pace.rest();
        }
      if (out.length > 0) yield out;
      out = [];
    }
  };
}

/** A stage that needs all documents before the first answer; what it holds is bounded. */
export function blocking(
  make: (documents: Chunk) => Iterable<PipelineDocument> | Promise<Iterable<PipelineDocument>>,
  context: StageContext,
): RunStage {
  return async function* (input) {
    yield* chunksOf(await make(await collect(input, context)), context.pace);
  };
}

/** All documents of a stream; more than `maxDocuments` are QUERY_TOO_EXPENSIVE. */
export async function collect(input: Chunks, context: StageContext): Promise<PipelineDocument[]> {
  const held = new Held(context.maxDocuments);
  const all: PipelineDocument[] = [];
  for await (const chunk of input) {
    held.add(chunk.length);
    context.budget.spend(chunk.length);
    for (const document of chunk) all.push(document);
  }
  return all;
}
