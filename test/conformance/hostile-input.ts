import { expect } from 'vitest';
import { createIndex, findAll, findIds, insertAll, updateOne } from '../support/repository-shorthand.ts';
import { testCall } from '../support/test-call.ts';
import type { Suite } from './suite.ts';

const hostile = [
  "'; DROP TABLE documents; --",
  '" OR 1=1 --',
  'a\'b"c`d\\e',
  '$.a[*]?(@ > 0)',
  '%_\\%',
  'a"].b',
  '__proto__x',
  'constructor',
  '{"$ne":null}',
  '😀',
  'x'.repeat(300),
];

/** Text that is code elsewhere: as value, id, field name, in a sort, a regex, an index and an update it is only text. */
export function hostileInput({ repository, collection, test }: Suite): void {
  test('hostile values and ids are only text', async () => {
    const name = await collection();
    await insertAll(
      repository(),
      name,
      hostile.map((text) => ({ _id: text, text })),
    );
    for (const text of hostile) {
      expect(await findIds(repository(), name, { text })).toEqual([text]);
      expect(await findIds(repository(), name, { id: text })).toEqual([text]);
      expect((await repository().get(name, text, testCall()))?.data.value).toEqual({ text });
    }
  });

  test('hostile field names are only names', async () => {
    const name = await collection();
    const names = hostile.filter((text) => !/[.]/.test(text) && !text.startsWith('$'));
    for (const [index, field] of names.entries())
      await insertAll(repository(), name, [{ _id: `h${index}`, [field]: index }]);
    for (const [index, field] of names.entries()) {
      expect(await findIds(repository(), name, { [field]: index })).toEqual([`h${index}`]);
      expect(await findAll(repository(), name, { [field]: { $exists: true } }, { [field]: -1 })).toHaveLength(
        1,
      );
      expect(await updateOne(repository(), name, `h${index}`, { $inc: { [field]: 1 } })).toMatchObject({
        status: 'modified',
      });
      expect((await repository().get(name, `h${index}`, testCall()))?.data.value).toEqual({
        [field]: index + 1,
      });
    }
  });

  test('a regex matches what it says, whatever the native syntax', async () => {
    const name = await collection();
    await insertAll(
      repository(),
      name,
      hostile.map((text, index) => ({ _id: `r${index}`, text })),
    );
    expect(await findIds(repository(), name, { text: { $regex: "'; DROP" } })).toEqual(['r0']);
    expect(await findIds(repository(), name, { text: { $regex: '^%_' } })).toEqual(['r4']);
    expect(await findIds(repository(), name, { text: { $regex: 'CONSTRUCTOR', $options: 'i' } })).toEqual([
      'r7',
    ]);
  });

  test('a filter of thousands of conditions is answered', async () => {
    const name = await collection();
    await insertAll(repository(), name, [{ _id: 'a', n: 1 }, { _id: 'b', n: 2, m: 2 }, { _id: 'c' }]);
    const conditions = Array.from({ length: 5000 }, (_, index) => ({
      [index % 2 ? 'n' : 'm']: { $gt: index },
    }));
    expect(await findIds(repository(), name, { $or: conditions })).toEqual(['b']);
    expect(await findIds(repository(), name, { $nor: conditions })).toEqual(['a', 'c']);
  });

  test('an index on a hostile path works like any other', async () => {
    const name = await collection();
    const field = 'it\'s "quoted" `here`';
    await createIndex(repository(), name, { [field]: 1 }, { name: 'hostile_path' });
    await insertAll(repository(), name, [
      { _id: 'a', [field]: 1 },
      { _id: 'b', [field]: 2 },
    ]);
    expect(await findIds(repository(), name, { [field]: { $gt: 1 } })).toEqual(['b']);
    expect(await findIds(repository(), name, {}, { [field]: -1 })).toEqual(['b', 'a']);
    await repository().dropIndex(name, 'hostile_path', testCall());
  });
}
