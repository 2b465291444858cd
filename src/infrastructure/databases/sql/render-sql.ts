import type { SqlAssumption, SqlClosure, SqlFragment, SqlScalar } from './sql-fragment.ts';

/** A statement as a driver takes it. */
export interface SqlStatement {
  readonly text: string;
  /** In the order of the placeholders. */
  readonly values: readonly (SqlScalar | SqlClosure)[];
  /** What the text relies on; to be checked in the statement's own snapshot. */
  readonly assumptions: readonly SqlAssumption[];
}

export interface RenderOptions {
  /** The placeholder of the n-th value, counted from 1; `?` unless given. */
  readonly placeholder?: (n: number) => string;
  /** Whether an assumption is already known not to hold; none unless given. */
  readonly refuted?: (assumption: SqlAssumption) => boolean;
}

/** Writes a fragment down for a driver; equal shapes give equal texts, so that statements can be kept prepared. */
export function renderSql(fragment: SqlFragment, options: RenderOptions = {}): SqlStatement {
  const placeholder = options.placeholder ?? (() => '?');
  const refuted = options.refuted ?? (() => false);
  const values: (SqlScalar | SqlClosure)[] = [];
  const assumptions = new Map<string, SqlAssumption>();
  let text = '';
  const write = (part: SqlFragment): void => {
    for (const piece of part.parts) {
      if (typeof piece === 'string') text += piece;
      else if (piece.kind === 'assume') {
        const given = !refuted(piece.assumption);
        if (given) assumptions.set(piece.assumption.name, piece.assumption);
        write(given ? piece.holds : piece.otherwise);
      } else {
        values.push(piece.kind === 'value' ? piece.value : piece.closure);
        text += placeholder(values.length);
      }
    }
  };
  write(fragment);
  return { text, values, assumptions: [...assumptions.values()] };
}
