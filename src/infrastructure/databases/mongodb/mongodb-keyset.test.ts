import { ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { allOf } from './mongodb-filter.ts';
import { afterKey, resolveKeyset } from './mongodb-keyset.ts';

const byId = [{ path: ['_id'], direction: 1 }] as const;
const hex = '65a1b2c3d4e5f60718293a4b';

describe('afterKey', () => {
  it('goes on within the type and over the types behind it', () => {
    expect(afterKey(byId, ['plain'])).toEqual({
      $or: [
        { _id: { $gt: 'plain' } },
        { _id: { $type: ['object', 'binData', 'objectId', 'bool', 'date', 'timestamp', 'regex'] } },
        { _id: { $elemMatch: { $type: 'array' } } },
      ],
    });
  });

  it('asks for the stored id where two read alike, wherever the condition stands', async () => {
    const pending = afterKey(byId, [hex]) ?? {};
    const stored = ObjectId.createFromHexString(hex);
    const resolved = await resolveKeyset(allOf([{ a: 1 }, pending]), async () => ({ _id: stored }));
    expect(resolved).toMatchObject({ $and: [{ a: 1 }, { $or: [{ _id: { $gt: stored } }, {}] }] });
    const gone = await resolveKeyset(pending, async () => undefined);
    expect(gone).toMatchObject({ $or: [{ _id: { $gt: hex } }, {}, {}] });
  });

  it('has no form for NaN', () => {
    expect(afterKey([{ path: ['a'], direction: 1 }, ...byId], [Number.NaN, 'x'])).toBeUndefined();
  });
});
