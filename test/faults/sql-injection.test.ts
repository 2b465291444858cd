import mysql from 'mysql2';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import type { Json, JsonObject } from '../../src/domain/value/value.ts';
import {
  aggregateAll,
  changeOne,
  createIndex,
  filterOf,
  findAll,
  findIds,
  insertAll,
  updateOf,
} from '../support/repository-shorthand.ts';
import { sqlServers } from '../support/sql-servers.ts';
import { testCall } from '../support/test-call.ts';
import { openTestRepository } from '../support/test-databases.ts';

/** Ends strings, names, JSON paths and patterns of any of the languages, and holds marks of parameters. */
const evil = `evil'"); DROP TABLE "Things"; -- \\ $1 ? :x %s /* \`]}`;
/** As much as a name of a collection can hold. */
const collection = 'Things.--DROP_TABLE-x';
const database = 'documents_injection_test';

/** All that the drivers were given. They do their work; they are only listened to. */
const sent: string[] = [];

function listen(): void {
  const note = (statement: unknown): void => {
    const text =
      typeof statement === 'object' && statement !== null
        ? ((statement as { text?: unknown }).text ?? (statement as { sql?: unknown }).sql)
        : statement;
    sent.push(String(text));
  };
  const { Connection } = mysql as unknown as { Connection: typeof mysql.Connection };
  for (const [prototype, method] of [
    [pg.Client.prototype, 'query'],
    [Connection.prototype, 'query'],
    [Connection.prototype, 'execute'],
  ] as const) {
    const target = prototype as unknown as Record<string, (...given: unknown[]) => unknown>;
    const original = target[method];
    vi.spyOn(target, method).mockImplementation(function (this: unknown, ...given: unknown[]) {
      note(given[0]);
      return original?.apply(this, given);
    });
  }
}

/** A statement without its literals and quoted names: what the server reads as its own language. */
function bare(text: string, type: string): string {
  return type === 'postgresql'
    ? text.replace(/\bE'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"/gs, '')
    : text.replace(/'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`/gs, '');
}

/** What defines an index cannot have parameters: there, what the caller says is a quoted literal. */
const definition = /^\s*(CREATE|ALTER|DROP|INSERT INTO document_service\."unique)/;

describe.each(sqlServers)('what callers of $type say', ({ type, uri, ask }) => {
  let repository: DocumentRepository;
  const own = type === 'vitess' ? [] : [`CREATE DATABASE ${database}`];
  const drop =
    type === 'vitess'
      ? []
      : [`DROP DATABASE IF EXISTS ${database}${type === 'postgresql' ? ' WITH (FORCE)' : ''}`];
  beforeAll(async () => {
    await ask(...drop, ...own);
    const url = new URL(uri);
    if (own.length > 0) url.pathname = `/${database}`;
    repository = await openTestRepository({ type, settings: { uri: url.href } });
    if (await repository.collectionExists(collection, testCall()))
      await repository.dropCollection(collection, testCall());
    sent.length = 0;
    listen();
    await insertAll(repository, collection, [
      { _id: evil, [evil]: evil, n: 1, tags: [evil] },
      { _id: 'b', [evil]: [1, 'evil~'], n: 2, sub: { [evil]: [{ [evil]: evil }] } },
      { _id: 'c', n: 3 },
    ]);
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await repository.dropCollection(collection, testCall());
    await repository.close();
    await ask(...drop);
  });

  /** Nothing of the caller's in the statements so far, but literals in definitions and names that are quoted. */
  function expectOnlyParameters(): void {
    const told = sent.splice(0);
    expect(told.length).toBeGreaterThan(0);
    expect(told.filter((text) => text.includes('evil') && !definition.test(text))).toEqual([]);
    expect(told.map((text) => bare(text, type)).filter((text) => /evil|DROP_TABLE/.test(text))).toEqual([]);
  }

  const filters: readonly (readonly [filter: Json, ids: readonly string[]])[] = [
    [{ id: evil }, [evil]],
    [{ [evil]: evil }, [evil]],
    [{ [evil]: { $gte: evil } }, ['b', evil]],
    [{ [evil]: { $in: [evil, 1] } }, ['b', evil]],
    [{ [evil]: { $nin: [evil] } }, ['b', 'c']],
    [{ [evil]: { $regex: 'evil~' } }, ['b']],
    [{ [evil]: { $regex: `^${evil.replace(/[\\$?*()[\]{}|+.^]/g, '\\$&')}` } }, [evil]],
    [{ [evil]: { $exists: false } }, ['c']],
    [{ [evil]: { $type: 'string' } }, ['b', evil]],
    [{ [`sub.${evil}`]: { $elemMatch: { [evil]: evil } } }, ['b']],
    [{ [`sub.${evil}.0.${evil}`]: evil }, ['b']],
    [{ tags: { $all: [evil] } }, [evil]],
    [{ $or: [{ [evil]: null }, { sub: { [evil]: [{ [evil]: evil }] } }] }, ['b', 'c']],
    [{ $expr: { $eq: [{ $getField: { $literal: evil } }, evil] } }, [evil]],
  ];

  async function readAll(): Promise<void> {
    for (const [filter, ids] of filters) {
      expect(await findIds(repository, collection, filter), JSON.stringify(filter)).toEqual([...ids].sort());
      expect(await repository.count(collection, filterOf(filter), testCall())).toBe(ids.length);
    }
    const sorted = await findAll(repository, collection, {}, { [evil]: -1, n: 1 }, { limit: 5 });
    expect(sorted.map(({ id }) => id)).toEqual(['b', evil, 'c']);
    const filter = filterOf({ [evil]: { $exists: true } });
    const values = await repository.distinct(collection, [evil], filter, testCall());
    expect(values).toEqual([1, evil, 'evil~']);
  }

  it('is never text of a query', async () => {
    await readAll();
    expect((await repository.get(collection, evil, testCall()))?.data.value.n).toBe(1);
    expectOnlyParameters();
  });

  it('is never text of a pipeline', async () => {
    const field = `$${evil.replaceAll('$', '')}`;
    const group: JsonObject = { _id: field, most: { $max: field } };
    const pipelines: readonly Json[] = [
      [{ $match: { [evil]: evil } }, { $count: 'n' }],
      [{ $match: { [evil]: { $exists: true } } }, { $group: group }, { $sort: { most: -1 } }],
      [{ $unwind: '$tags' }, { $sortByCount: '$tags' }],
      [{ $project: { [evil.replaceAll('$', '')]: 1, n: 1 } }, { $sort: { n: -1 } }, { $limit: 2 }],
      [{ $addFields: { x: { $concat: [evil, '!'] } } }, { $match: { x: { $gt: evil } } }],
    ];
    for (const pipeline of pipelines)
      expect((await aggregateAll(repository, collection, pipeline)).length).toBeGreaterThan(0);
    expectOnlyParameters();
  });

  it('is never text of a change', async () => {
    const key = `x${evil.replaceAll('$', '')}`;
    const where = filterOf({ [evil]: { $exists: true } });
    const updates: readonly Json[] = [
      { $set: { [key]: evil } },
      { $rename: { [key]: `${key}2` } },
      { $set: { [key]: { [evil]: 1 }, [`${key}3`]: { [key]: 1 } } },
      { $inc: { [`${key}3.${key}`]: 1, [`${key}4`]: 2 } },
      { $push: { [`${key}5`]: evil } },
      { $addToSet: { [`${key}5`]: `${evil}!` } },
      { $pull: { [`${key}5`]: evil } },
      { $unset: { [key]: '' } },
    ];
    for (const update of updates)
      expect(await repository.updateMany(collection, where, updateOf(update), testCall())).toEqual({
        matched: 2,
        modified: 2,
      });
    const changed = await changeOne(repository, collection, evil, {
      kind: 'merge',
      data: { [`${key}5`]: evil },
      metadata: { [evil]: evil },
    });
    expect(changed.status).toBe('modified');
    const inserted = { id: `${evil}2`, data: { [evil]: 0 } };
    await insertAll(repository, collection, [{ _id: inserted.id, ...inserted.data }]);
    expect(await repository.deleteMany(collection, filterOf({ id: inserted.id }), testCall())).toBe(1);
    expectOnlyParameters();
  });

  it('is a quoted literal where an index is defined, and the index holds', async () => {
    await createIndex(repository, collection, { [evil]: 1 }, { name: evil, unique: true });
    await createIndex(repository, collection, { [`sub.${evil}`]: -1, n: 1 }, { name: `${evil}2` });
    await readAll();
    const twice = insertAll(repository, collection, [{ _id: 'd', [evil]: evil }]);
    await expect(twice).rejects.toMatchObject({ code: 'DUPLICATE_KEY' });
    const names = (await repository.listIndexes(collection, testCall())).map(({ name }) => name);
    expect(names).toEqual(['_id_', evil, `${evil}2`]);
    await repository.dropIndex(collection, evil, testCall());
    await readAll();
    expect(sent.some((text) => definition.test(text))).toBe(true);
    expectOnlyParameters();
  });
});
