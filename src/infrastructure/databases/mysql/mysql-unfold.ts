import { canonicalKey } from '../../../domain/evaluation/canonical-key.ts';
import { compareValues } from '../../../domain/evaluation/compare-values.ts';
import type { EvaluationContext } from '../../../domain/evaluation/evaluation-context.ts';
import { Held } from '../../../domain/evaluation/held.ts';
import type { PipelineDocument } from '../../../domain/query/stage.ts';
import type { Json, Value } from '../../../domain/value/value.ts';
import { type Fold, type FoldKind, foldGroup, type PlacedValue } from '../sql/fold-group.ts';
import { HeldText } from '../sql/held-text.ts';
import type { GroupRows } from './mysql-pipeline.ts';
import type { Row } from './mysql-session.ts';

/** Groups and values of theirs that are held until the last row. */
const mostHeld = 1_000_000;
/** Characters of the JSON of all these values. */
const mostText = 64 * 1024 * 1024;

interface Group {
  readonly id: Value;
  /** For each field what MySQL gathered, and the values that it left to the domain. */
  readonly gathered: (readonly unknown[])[][];
  readonly apart: PlacedValue[][];
}

/**
 * The documents of a grouping's rows, see `groupSql`. Where MySQL tells ids apart that are equal (`1` and `1.0`), their
 * groups are put together.
 */
export async function* unfold(
  rows: AsyncIterable<Row>,
  { fold, order }: GroupRows,
  context: EvaluationContext,
): AsyncIterable<PipelineDocument> {
  const groups = new Groups(fold.length);
  const held = new Held(mostHeld);
  const text = new HeldText(mostText);
  for await (const [kind, key, place, ...columns] of rows) {
    held.add(1);
    for (const column of columns) if (typeof column === 'string') text.add(column.length);
    const group = groups.of(String(key));
    if (Number(kind) === 0) gather(group, fold, columns.slice(fold.length));
    else setApart(group, Number(place), columns.slice(0, fold.length));
  }
  const documents = groups.all.map((group) => foldGroup(fold, group.id, partsOf(fold, group), context));
  if (order === 'count') documents.sort((a, b) => Number(b.count) - Number(a.count));
  if (order === 'id') documents.sort((a, b) => compareValues(a._id, b._id));
  yield* documents;
}

class Groups {
  readonly #byText = new Map<string, Group>();
  readonly #byId = new Map<string, Group>();
  readonly #fields: number;

  constructor(fields: number) {
    this.#fields = fields;
  }

  get all(): readonly Group[] {
    return [...this.#byId.values()];
  }

  /** @param text the JSON of an id as MySQL writes it */
  of(text: string): Group {
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const id = JSON.parse(text) as Json;
    const key = canonicalKey(id);
    const group = this.#byId.get(key) ?? this.#empty(id);
    this.#byId.set(key, group);
    this.#byText.set(text, group);
    return group;
  }

  #empty(id: Value): Group {
    const lists = <T>(): T[][] => Array.from({ length: this.#fields }, () => []);
    return { id, gathered: lists(), apart: lists() };
  }
}

function gather(group: Group, fold: Fold, columns: readonly unknown[]): void {
  let start = 0;
  fold.forEach(([, kind], i) => {
    const count = readers[kind].columns;
    group.gathered[i]?.push(columns.slice(start, start + count));
    start += count;
  });
}

function setApart(group: Group, place: number, texts: readonly unknown[]): void {
  texts.forEach((text, i) => {
    if (text === null) return;
    const value = typeof text === 'number' ? text : (JSON.parse(String(text)) as Json);
    group.apart[i]?.push([place, value]);
  });
}

function partsOf(fold: Fold, { gathered, apart }: Group): readonly (readonly Value[])[] {
  return fold.map(([, kind], i) => {
    const { read, rest } = readers[kind];
    return [...(gathered[i] ?? []).flatMap(read), ...rest(apart[i] ?? [])];
  });
}

/** How the parts of a field come from the columns of its groups, and from the values that were left to the domain. */
interface Reader {
  readonly columns: number;
  readonly read: (columns: readonly unknown[]) => readonly Value[];
  readonly rest: (values: readonly PlacedValue[]) => readonly Value[];
}

const nothing = (): readonly Value[] => [];
const unplaced = (values: readonly PlacedValue[]): readonly Value[] => values.map(([, value]) => value);

const sum: Reader = {
  columns: 2,
  read: ([whole, count]) => [[String(whole), [], Number(count)]],
  rest: (values) => [['0', unplaced(values.toSorted(([a], [b]) => a - b)), 0]],
};
const extreme: Reader = {
  columns: 3,
  read: ([number, text, boolean]) => [
    number === null ? null : Number(number),
    text === null ? null : String(text),
    boolean === null ? null : Number(boolean) === 1,
  ],
  rest: unplaced,
};
const end: Reader = {
  columns: 1,
  read: ([text]) => [[Number(String(text).slice(0, 20)), JSON.parse(String(text).slice(20)) as Json]],
  rest: nothing,
};

const readers: Readonly<Record<FoldKind, Reader>> = {
  count: { columns: 1, read: ([count]) => [Number(count)], rest: nothing },
  sum,
  average: sum,
  min: extreme,
  max: extreme,
  set: { columns: 0, read: nothing, rest: unplaced },
  list: { columns: 0, read: nothing, rest: (values) => values },
  first: end,
  last: end,
};
