import { describe, expect, it } from 'vitest';
import { KeyedQueue } from './keyed-queue.ts';

describe('KeyedQueue', () => {
  it('runs work of one key in order, also after a failure, and other keys beside it', async () => {
    const queue = new KeyedQueue();
    const log: string[] = [];
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const first = queue.run('a', async () => {
      await gate;
      log.push('a1');
      throw new Error('broken');
    });
    const second = queue.run('a', async () => log.push('a2'));
    await queue.run('b', async () => log.push('b1'));
    open();
    await expect(first).rejects.toThrow('broken');
    await second;
    expect(log).toEqual(['b1', 'a1', 'a2']);
  });
});
