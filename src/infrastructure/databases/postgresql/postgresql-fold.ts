import type { EvaluationContext } from '../../../domain/evaluation/evaluation-context.ts';
import type { PipelineDocument } from '../../../domain/query/stage.ts';
import type { Value } from '../../../domain/value/value.ts';
import { type Fold, foldGroup } from '../sql/fold-group.ts';
import { checkedText } from '../sql/held-text.ts';

/** @param fold what `groupSql` said the fields are, as JSON text. @param text the id and each field's parts as JSON. */
export function unfold(fold: string, text: string, context: EvaluationContext): PipelineDocument {
  const [id = null, ...parts] = JSON.parse(checkedText(text)) as readonly Value[];
  return foldGroup(JSON.parse(fold) as Fold, id, parts as readonly (readonly Value[])[], context);
}
