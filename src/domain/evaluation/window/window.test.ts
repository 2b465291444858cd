import { expect, test } from 'vitest';
import { pipelineError, runPipelineSource } from '../../../../test/support/run-pipeline-source.ts';
import type { Json, JsonObject } from '../../value/value.ts';

const documents: readonly JsonObject[] = [
  { g: 'a', t: 3, v: 30 },
  { g: 'a', t: 1, v: 10 },
  { g: 'b', t: 1, v: 5 },
  { g: 'a', t: 2, v: 20 },
];

async function windowed(field: JsonObject, over = documents, by: Json = '$g'): Promise<readonly Json[]> {
  const stage = { $setWindowFields: { partitionBy: by, sortBy: { t: 1 }, output: { r: field } } };
  const rows = await runPipelineSource([stage], { documents: over });
  return rows.map((row) => (row as JsonObject).r ?? null);
}

test.each<[JsonObject, readonly Json[]]>([
  [{ $sum: '$v' }, [60, 60, 60, 5]],
  [{ $sum: '$v', window: { documents: ['unbounded', 'current'] } }, [10, 30, 60, 5]],
  [{ $sum: '$v', window: { documents: [-1, 1] } }, [30, 60, 50, 5]],
  [{ $sum: '$v', window: { documents: ['current', 'unbounded'] } }, [60, 50, 30, 5]],
  [{ $push: '$v', window: { documents: [1, 2] } }, [[20, 30], [30], [], []]],
  [{ $sum: '$v', window: { range: [-1, 0] } }, [10, 30, 50, 5]],
  [{ $avg: '$v', window: { range: ['unbounded', 'current'] } }, [10, 15, 20, 5]],
  [{ $documentNumber: {} }, [1, 2, 3, 1]],
  [{ $shift: { output: '$v', by: 1, default: 'none' } }, [20, 30, 'none', 'none']],
  [{ $shift: { output: '$v', by: -1 } }, [null, 10, 20, null]],
  [{ $derivative: { input: '$v' }, window: { documents: [-1, 0] } }, [null, 10, 10, null]],
  [{ $integral: { input: '$v' }, window: { documents: ['unbounded', 'current'] } }, [0, 15, 40, 0]],
  [{ $expMovingAvg: { input: '$v', alpha: 0.5 } }, [10, 15, 22.5, 5]],
  [{ $minMaxScaler: { input: '$v' } }, [0, 0.5, 1, 0]],
  [{ $covariancePop: ['$t', '$v'] }, [20 / 3, 20 / 3, 20 / 3, 0]],
  [{ $covarianceSamp: ['$t', '$v'] }, [10, 10, 10, null]],
])('%j', async (field, expected) => {
  expect(await windowed(field)).toEqual(expected);
});

test('rows of the same sort value share a rank', async () => {
  const over = [{ t: 1 }, { t: 1 }, { t: 2 }];
  expect(await windowed({ $rank: {} }, over)).toEqual([1, 1, 3]);
  expect(await windowed({ $denseRank: {} }, over)).toEqual([1, 1, 2]);
});

test('gaps are filled from before, or on the line between', async () => {
  const over = [{ t: 1, v: 10 }, { t: 2 }, { t: 4, v: 40 }, { t: 5, v: null }];
  expect(await windowed({ $locf: '$v' }, over)).toEqual([10, 10, 40, 40]);
  expect(await windowed({ $linearFill: '$v' }, over)).toEqual([10, 20, 40, null]);
});

test('a range in months ends on the last day of the shorter one', async () => {
  const over = ['2024-01-31', '2024-02-29', '2024-03-31'].map((text, v) => ({ text, v }));
  const pushed = { $push: '$v', window: { range: [0, 1], unit: 'month' } };
  const stage = { $setWindowFields: { sortBy: { d: 1 }, output: { r: pushed } } };
  const rows = await runPipelineSource([{ $set: { d: { $toDate: '$text' } } }, stage], { documents: over });
  expect(rows.map((row) => (row as JsonObject).r)).toEqual([[0, 1], [1], [2]]);
});

test('a range needs numbers, or dates with a unit', async () => {
  const range = (window: JsonObject) =>
    pipelineError([{ $setWindowFields: { sortBy: { t: 1 }, output: { r: { $sum: 1, window } } } }], {
      documents: [{ t: 'text' }],
    });
  expect((await range({ range: [-1, 1] })).code).toBe('INVALID_REQUEST');
  expect((await range({ range: [-1, 1], unit: 'day' })).code).toBe('INVALID_REQUEST');
});

test('overlapping windows cost steps, so that they cannot run away', async () => {
  const over = Array.from({ length: 500 }, (_, t) => ({ t }));
  const stage = {
    $setWindowFields: { sortBy: { t: 1 }, output: { r: { $sum: '$t', window: { documents: [-400, 0] } } } },
  };
  expect((await pipelineError([stage], { documents: over, steps: 20_000 })).code).toBe('QUERY_TOO_EXPENSIVE');
});

test('a growing window that every row gets a copy of is bounded', async () => {
  const documents = Array.from({ length: 200 }, (_, t) => ({ t }));
  const window = { documents: ['unbounded', 'current'] };
  for (const field of [{ $push: '$t' }, { $addToSet: '$t' }]) {
    const stage = { $setWindowFields: { sortBy: { t: 1 }, output: { r: { ...field, window } } } };
    expect((await pipelineError([stage], { documents, maxDocuments: 500 })).code).toBe('QUERY_TOO_EXPENSIVE');
    expect(await runPipelineSource([stage], { documents })).toHaveLength(200);
  }
});

test('a partition key may not be an array', async () => {
  const stage = { $setWindowFields: { partitionBy: '$g', output: { r: { $sum: 1 } } } };
  expect((await pipelineError([stage], { documents: [{ g: [1] }] })).code).toBe('INVALID_REQUEST');
});

test('an array is an expression here, but no argument of $firstN', async () => {
  expect(await windowed({ $min: ['$t', '$v'] }, [{ t: 1, v: 2 }])).toEqual([[1, 2]]);
  const stage = { $setWindowFields: { sortBy: { t: 1 }, output: { r: { $firstN: [1] } } } };
  expect((await pipelineError([stage])).code).toBe('INVALID_REQUEST');
});
