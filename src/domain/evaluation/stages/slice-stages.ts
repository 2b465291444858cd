import type { StageCompiler } from './stage-runner.ts';

export const skipFirst: StageCompiler<'skip'> = (stage) =>
  async function* (input) {
    let left = stage.count;
    for await (const chunk of input) {
      if (left < chunk.length) yield left === 0 ? chunk : chunk.slice(left);
      left = Math.max(0, left - chunk.length);
    }
  };

/** Stops reading as soon as it has enough. */
export const limitTo: StageCompiler<'limit'> = (stage) =>
  async function* (input) {
    let left = stage.count;
    for await (const chunk of input) {
      yield chunk.length > left ? chunk.slice(0, left) : chunk;
      left -= chunk.length;
      if (left <= 0) return;
    }
  };

/** No documents, no answer: MongoDB makes no zero. */
export const countDocuments: StageCompiler<'count'> = (stage) =>
  async function* (input) {
    let count = 0;
    for await (const chunk of input) count += chunk.length;
    if (count > 0) yield [Object.fromEntries([[stage.field, count]])];
  };
