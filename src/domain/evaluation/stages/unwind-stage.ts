import type { Path } from '../../query/path.ts';
import type { PipelineDocument } from '../../query/stage.ts';
import type { Value } from '../../value/value.ts';
import { isArray } from '../../value/value-type.ts';
import { getPath } from '../get-path.ts';
import { placeAt, setPath, unsetPath } from '../set-path.ts';
import type { StageOf } from './stage-runner.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/unwind/ */
export function unwindDocument(
  stage: StageOf<'unwind'>,
): (document: PipelineDocument) => Iterable<PipelineDocument> {
  const { path, preserveNullAndEmptyArrays: preserve } = stage;
  const indexPath = stage.includeArrayIndex?.split('.');
  return function* (document) {
    const value = getPath(document, path);
    if (isArray(value) && value.length > 0) {
      for (let i = 0; i < value.length; i++) yield numbered(setPath(document, path, value[i]), indexPath, i);
    } else if (isArray(value)) {
      if (preserve) yield numbered(unsetPath(document, path), indexPath, null);
    } else if (preserve || (value !== null && value !== undefined)) {
      yield numbered(document, indexPath, null);
    }
  };
}

/** The index is a long in MongoDB; a plain number is equal to it. */
function numbered(document: PipelineDocument, path: Path | undefined, index: Value): PipelineDocument {
  return path === undefined ? document : placeAt(document, path, index);
}
