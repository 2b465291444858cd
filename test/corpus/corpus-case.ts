import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Json, JsonObject } from '../../src/domain/value/value.ts';

export const corpusFiles = ['filter', 'aggregate', 'update', 'write', 'distinct_count'] as const;
export type CorpusFile = (typeof corpusFiles)[number];

/** A case of test/data/conformance; its README says what the fields mean. */
export interface CorpusCase {
  readonly id: string;
  readonly docs: readonly JsonObject[];
  readonly collection?: string;
  readonly collections?: Readonly<Record<string, readonly JsonObject[]>>;
  readonly before?: readonly JsonObject[];
  readonly command: JsonObject;
  readonly then?: JsonObject;
  readonly expected: readonly Json[] | null;
  readonly response?: JsonObject | null;
  readonly error_code: number | null;
  readonly order?: 'sorted' | 'natural' | 'any';
  readonly ignore_order_in?: readonly string[];
  readonly approx?: boolean | number;
  readonly plain: boolean;
}

/** The portable core of one file: the cases without server options, geo, text, JavaScript, `$out` and `$merge`. */
export function readPlainCases(file: CorpusFile): readonly CorpusCase[] {
  const packed = readFileSync(new URL(`../data/conformance/${file}.jsonl.gz`, import.meta.url));
  const lines = gunzipSync(packed).toString('utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as CorpusCase).filter((one) => one.plain);
}
