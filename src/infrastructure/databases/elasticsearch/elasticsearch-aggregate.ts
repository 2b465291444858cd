import type { Call } from '../../../application/ports/call.ts';
import { flatView } from '../../../domain/document/flat-view.ts';
import type { PipelineDocument } from '../../../domain/query/stage.ts';
import type { ElasticsearchFragment } from './elasticsearch-fragment.ts';
import type { ElasticsearchReader } from './elasticsearch-reader.ts';

/** Runs what `elasticsearchPipeline` planned. */
export async function* runPipelinePart(
  reader: ElasticsearchReader,
  collection: string,
  { pipeline }: ElasticsearchFragment,
  call: Call,
): AsyncIterable<PipelineDocument> {
  if (pipeline === undefined) throw new TypeError('this fragment is no pipeline');
  const { where, skip, limit = Number.POSITIVE_INFINITY, counted } = pipeline;
  if (limit === 0) return;
  if (counted === undefined) {
    for await (const document of reader.find(collection, pipeline, call)) yield flatView(document);
    return;
  }
  const all = await reader.count(collection, where, call);
  const count = Math.min(limit, Math.max(0, all - skip));
  // Of no documents `$count` makes no document.
  if (count > 0) yield { [counted]: count };
}
