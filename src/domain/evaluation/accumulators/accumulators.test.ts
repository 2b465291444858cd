import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pipelineError, runPipelineSource } from '../../../../test/support/run-pipeline-source.ts';
import type { Json, JsonObject } from '../../value/value.ts';

const documents: readonly JsonObject[] = [
  { v: 3, k: 'c', o: { a: 1 }, l: [1, 2] },
  { v: 1, k: 'a', o: { b: 2 }, l: [2, 3] },
  { v: null, k: 'd' },
  { v: 2, k: 'b', o: { a: 3 } },
  { k: 'e' },
];

async function accumulate(accumulator: JsonObject, over = documents): Promise<Json | undefined> {
  const [group] = await runPipelineSource([{ $group: { _id: null, r: accumulator } }], { documents: over });
  return (group as JsonObject).r;
}

test.each<[JsonObject, Json]>([
  [{ $sum: '$v' }, 6],
  [{ $sum: 'text' }, 0],
  [{ $avg: '$v' }, 2],
  [{ $avg: '$k' }, null],
  [{ $min: '$v' }, 1],
  [{ $max: '$v' }, 3],
  [{ $max: '$nope' }, null],
  [{ $count: {} }, 5],
  [{ $first: '$v' }, 3],
  [{ $last: '$v' }, null],
  [{ $push: '$v' }, [3, 1, null, 2]],
  [{ $addToSet: '$v' }, [3, 1, null, 2]],
  [{ $firstN: { input: '$v', n: 2 } }, [3, 1]],
  [{ $lastN: { input: '$v', n: 2 } }, [2, null]],
  [{ $maxN: { input: '$v', n: 2 } }, [3, 2]],
  [{ $minN: { input: '$v', n: 9 } }, [1, 2, 3]],
  [{ $top: { sortBy: { k: 1 }, output: '$v' } }, 1],
  [{ $bottom: { sortBy: { k: 1 }, output: '$v' } }, null],
  [{ $topN: { sortBy: { k: -1 }, output: '$k', n: 2 } }, ['e', 'd']],
  [{ $bottomN: { sortBy: { k: 1 }, output: '$k', n: 2 } }, ['d', 'e']],
  [{ $mergeObjects: '$o' }, { a: 3, b: 2 }],
  [{ $concatArrays: '$l' }, [1, 2, 2, 3]],
  [{ $setUnion: '$l' }, [1, 2, 3]],
  [{ $stdDevPop: '$v' }, Math.sqrt(2 / 3)],
  [{ $stdDevSamp: '$v' }, 1],
  [{ $median: { input: '$v', method: 'approximate' } }, 2],
  [{ $percentile: { input: '$v', p: [0, 0.5, 1], method: 'approximate' } }, [1, 2, 3]],
  [{ $percentile: { input: '$v', p: [0.25], method: 'continuous' } }, [1.5]],
])('%j', async (accumulator, expected) => {
  expect(await accumulate(accumulator)).toEqual(expected);
});

test.each<[JsonObject]>([
  [{ $mergeObjects: '$v' }],
  [{ $setUnion: '$v' }],
  [{ $firstN: { input: '$v', n: 0 } }],
  [{ $percentile: { input: '$v', p: [2], method: 'approximate' } }],
])('%j is refused', async (accumulator) => {
  const error = await pipelineError([{ $group: { _id: null, r: accumulator } }], { documents });
  expect(error.code).toBe('INVALID_REQUEST');
});

test('n may depend on the group', async () => {
  const pipeline = [{ $group: { _id: '$g', r: { $firstN: { input: '$v', n: '$_id' } } } }];
  const over = [
    { g: 1, v: 1 },
    { g: 2, v: 2 },
    { g: 1, v: 3 },
    { g: 2, v: 4 },
  ];
  expect(await runPipelineSource(pipeline, { documents: over })).toEqual([
    { _id: 1, r: [1] },
    { _id: 2, r: [2, 4] },
  ]);
});

test('sums lose nothing: 0.1 + 0.2 + 0.3, and integers beyond 2^53', async () => {
  expect(await accumulate({ $sum: '$v' }, [{ v: 0.1 }, { v: 0.2 }, { v: 0.3 }])).toBe(0.6);
  const large = [{ v: 2 ** 53 - 1 }, { v: 2 }, { v: -(2 ** 53 - 1) }];
  expect(await accumulate({ $sum: '$v' }, large)).toBe(2);
});

test('the order of integers does not matter to their sum', async () => {
  const integers = fc.array(fc.maxSafeInteger(), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(integers, async (numbers) => {
      const there = await accumulate({ $sum: '$v' }, [{}, ...numbers.map((v) => ({ v }))]);
      const back = await accumulate({ $sum: '$v' }, [{}, ...numbers.toReversed().map((v) => ({ v }))]);
      expect(back).toEqual(there);
    }),
  );
});
