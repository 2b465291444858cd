import { describe, expect, test } from 'vitest';
import { Coalescer } from './coalescer.ts';

const call = (milliseconds = 30_000) => ({
  signal: new AbortController().signal,
  requestId: 'test',
  deadline: Date.now() + milliseconds,
});

describe('Coalescer', () => {
  test('joins the calls of one turn and gives each its own outcome', async () => {
    const batches: number[][] = [];
    const coalescer = new Coalescer<number, number>(
      async (items) => {
        batches.push([...items]);
        return items.map((item) => item * 10);
      },
      100,
      2,
    );
    const outcomes = await Promise.all([1, 2, 3].map((item) => coalescer.add(item, call())));
    expect(outcomes).toEqual([10, 20, 30]);
    expect(batches).toEqual([[1, 2, 3]]);
    expect(coalescer.idle).toBe(true);
  });

  test('keeps to the size of a batch and the number under way, and loses nobody', async () => {
    let underWay = 0;
    let most = 0;
    const coalescer = new Coalescer<number, number>(
      async (items) => {
        underWay += 1;
        most = Math.max(most, underWay);
        expect(items.length).toBeLessThanOrEqual(4);
        await new Promise((resolve) => setTimeout(resolve, 2));
        underWay -= 1;
        return items;
      },
      4,
      2,
    );
    const items = Array.from({ length: 33 }, (_, index) => index);
    expect(await Promise.all(items.map((item) => coalescer.add(item, call())))).toEqual(items);
    expect(most).toBe(2);
  });

  test('a failed batch fails its own calls only', async () => {
    const coalescer = new Coalescer<number, number>(
      async (items) => {
        if (items.includes(0)) throw new Error('broken');
        return items;
      },
      2,
      1,
    );
    const settled = await Promise.allSettled([0, 1, 2, 3].map((item) => coalescer.add(item, call())));
    expect(settled.map((one) => one.status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
  });

  test('a call with little time left goes by itself', async () => {
    const batches: number[][] = [];
    const coalescer = new Coalescer<number, number>(
      async (items) => {
        batches.push([...items]);
        return items;
      },
      100,
      2,
    );
    await Promise.all([coalescer.add(1, call()), coalescer.add(2, call(500)), coalescer.add(3, call())]);
    expect(batches).toEqual([[2], [1, 3]]);
  });
});
