import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../application/query-language/parse-filter.ts';
import { parseUpdate } from '../../application/query-language/parse-update.ts';
import type { Document } from '../document/document.ts';
import { DocumentBody } from '../document/document-body.ts';
import type { Change, Modification, ModifyOutcome } from '../document/modification.ts';
import type { Json, JsonObject } from '../value/value.ts';
import { applyModification } from './apply-modification.ts';
import { EvaluationBudget } from './evaluation-context.ts';

const now = new Date('2026-01-02T03:04:05.678Z');
const context = () => ({ now, budget: new EvaluationBudget(1_000_000, Date.now() + 60_000) });
const options = { path: 'update', shortNames: false, extendedJson: false };

function stored(data: JsonObject): Document {
  const created = '2025-01-01T00:00:00.000Z';
  const body = DocumentBody.fromValue(data);
  return {
    id: 'x',
    collection: 'c',
    data: body,
    version: 4,
    createdAt: created,
    updatedAt: created,
    metadata: { m: 1 },
  };
}

function modify(
  current: JsonObject | undefined,
  change: Change,
  more: Partial<Modification> = {},
): ModifyOutcome {
  const modification = {
    id: 'x',
    change,
    expectedVersion: undefined,
    where: undefined,
    insert: undefined,
    ...more,
  };
  return applyModification('c', modification, current === undefined ? undefined : stored(current), context());
}

interface Around {
  readonly where?: JsonObject;
  readonly arrayFilters?: Json;
}

/** The data after an update; `unchanged`, or what refused it. */
function updated(current: JsonObject, update: Json, { where, arrayFilters }: Around = {}): unknown {
  const change: Change = { kind: 'update', update: parseUpdate(update, arrayFilters, options) };
  const filter = where === undefined ? undefined : parseFilter(where, options);
  const outcome = modify(current, change, { where: filter });
  if (outcome.status === 'modified') return outcome.after.data.value;
  return outcome.status === 'failed' ? outcome.error.code : outcome.status;
}

describe('versions', () => {
  it('goes up with a change and not without one', () => {
    const change: Change = { kind: 'merge', data: { a: 2 }, metadata: undefined };
    expect(modify({ a: 1, b: 1 }, change)).toMatchObject({
      status: 'modified',
      before: { version: 4 },
      after: {
        version: 5,
        updatedAt: now.toISOString(),
        createdAt: '2025-01-01T00:00:00.000Z',
        metadata: { m: 1 },
      },
    });
    expect(modify({ a: 2, b: 1 }, change)).toMatchObject({ status: 'unchanged', document: { version: 4 } });
    expect(modify({ a: 2 }, { ...change, metadata: { m: 1 } }).status).toBe('unchanged');
    expect(modify({ a: 2 }, { ...change, metadata: {} }).status).toBe('modified');
  });
  it('does not count the order of fields as a change', () => {
    expect(updated({ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } })).toBe('unchanged');
  });
  it('goes up with every replacement', () => {
    expect(modify({ a: 1 }, { kind: 'replace', data: { a: 1 }, metadata: undefined }).status).toBe(
      'modified',
    );
  });
  it('refuses a stale one', () => {
    expect(modify({ a: 1 }, { kind: 'remove' }, { expectedVersion: 3 })).toEqual({
      status: 'stale',
      currentVersion: 4,
    });
    expect(modify({ a: 1 }, { kind: 'remove' }, { expectedVersion: 4 }).status).toBe('removed');
    expect(modify(undefined, { kind: 'remove' }, { expectedVersion: 4 }).status).toBe('missing');
  });
});

describe('the condition', () => {
  it('is asked of the flat view', () => {
    const remove: Change = { kind: 'remove' };
    expect(modify({ a: 1 }, remove, { where: parseFilter({ _id: 'x', a: 1 }, options) }).status).toBe(
      'removed',
    );
    expect(modify({ a: 1 }, remove, { where: parseFilter({ a: 2 }, options) }).status).toBe('missing');
  });
});

describe('upserts', () => {
  const update = parseUpdate({ $set: { a: 1 }, $setOnInsert: { b: 2 }, $inc: { n: 3 } }, undefined, options);
  it('insert the seed with the update', () => {
    const insert = { seed: { _id: 'x', s: 0 } };
    expect(modify(undefined, { kind: 'update', update }, { insert })).toEqual({
      status: 'inserted',
      after: expect.objectContaining({ id: 'x', version: 1, createdAt: now.toISOString(), metadata: {} }),
    });
    const outcome = modify(undefined, { kind: 'update', update }, { insert });
    expect(outcome.status === 'inserted' && outcome.after.data.value).toEqual({ s: 0, a: 1, b: 2, n: 3 });
  });
  it('leave $setOnInsert out of an existing document', () => {
    const outcome = modify({ n: 1 }, { kind: 'update', update }, { insert: { seed: {} } });
    expect(outcome.status === 'modified' && outcome.after.data.value).toEqual({ n: 4, a: 1 });
  });
  it('insert a replacement without the seed', () => {
    const change: Change = { kind: 'replace', data: { a: 1 }, metadata: { m: 2 } };
    const outcome = modify(undefined, change, { insert: { seed: { s: 0 } } });
    expect(outcome.status === 'inserted' && outcome.after.data.value).toEqual({ a: 1 });
  });
});

describe('operators', () => {
  it.each<[JsonObject, Json, unknown]>([
    [{ a: 1 }, { $set: { 'b.c.d': 1 } }, { a: 1, b: { c: { d: 1 } } }],
    [{ a: [1] }, { $set: { 'a.3': 4 } }, { a: [1, null, null, 4] }],
    [{ a: 5 }, { $set: { 'a.b': 1 } }, 'INVALID_REQUEST'],
    [{ a: null }, { $set: { 'a.b': 1 } }, 'INVALID_REQUEST'],
    [{ a: [1, 2] }, { $unset: { 'a.0': 1 } }, { a: [null, 2] }],
    [{ a: 5 }, { $unset: { 'a.b': 1 } }, 'unchanged'],
    [{ a: 9007199254740991 }, { $inc: { a: 1 } }, 'INVALID_REQUEST'],
    [{ a: 1e308 }, { $mul: { a: 10 } }, 'INVALID_REQUEST'],
    [{ a: 0.5 }, { $inc: { a: 0.25 } }, { a: 0.75 }],
    [{ a: '1' }, { $inc: { a: 1 } }, 'INVALID_REQUEST'],
    [{}, { $mul: { a: 5 } }, { a: 0 }],
    [{ a: 1099511627776 }, { $bit: { a: { or: 1, xor: 3 } } }, { a: 1099511627778 }],
    [{ a: -1 }, { $bit: { a: { and: 255 } } }, { a: 255 }],
    [{ a: 1.5 }, { $bit: { a: { and: 255 } } }, 'INVALID_REQUEST'],
    [{ a: { b: 1 } }, { $rename: { 'a.b': 'c.d' } }, { a: {}, c: { d: 1 } }],
    [{ a: [{ b: 1 }] }, { $rename: { 'a.0.b': 'c' } }, 'INVALID_REQUEST'],
    [{}, { $currentDate: { a: true } }, { a: now.toISOString() }],
    [{ a: [[1, 2], [3]] }, { $pull: { a: { $size: 1 } } }, { a: [[1, 2]] }],
    [{ a: [{ b: 1 }, { b: 2 }, 7] }, { $pull: { a: { b: { $gte: 2 } } } }, { a: [{ b: 1 }, 7] }],
    [{ a: [3, 1] }, { $push: { a: { $each: [2], $sort: -1, $slice: 2 } } }, { a: [3, 2] }],
    [{ a: [1, 2] }, { $push: { a: { $each: [9], $position: -1 } } }, { a: [1, 9, 2] }],
    [{ a: [1, 2] }, { $set: { 'a.$[]': 0 } }, { a: [0, 0] }],
    [{ a: 1 }, { $set: { 'a.$[]': 0 } }, 'INVALID_REQUEST'],
    [{ a: [1] }, { $set: { 'a.$': 0 } }, 'INVALID_REQUEST'],
  ])('%j with %j is %j', (data, update, result) => {
    expect(updated(data, update)).toEqual(result);
  });
  it('take the element that the filter matched', () => {
    const data = { a: [{ k: 1 }, { k: 2 }] };
    expect(updated(data, { $inc: { 'a.$.n': 1 } }, { where: { 'a.k': 2 } })).toEqual({
      a: [{ k: 1 }, { k: 2, n: 1 }],
    });
  });
  it('take the elements that an array filter selects, as they were before the update', () => {
    const data = { a: [{ k: 1 }, { k: 2 }] };
    const update = { $set: { 'a.$[x].k': 9, 'a.$[y].z': 1 } };
    expect(updated(data, update, { arrayFilters: [{ 'x.k': 1 }, { 'y.k': { $lt: 9 } }] })).toEqual({
      a: [
        { k: 9, z: 1 },
        { k: 2, z: 1 },
      ],
    });
    const clash = { $set: { 'a.$[x].k': 9, 'a.$[y].k': 1 } };
    expect(updated(data, clash, { arrayFilters: [{ 'x.k': 1 }, { 'y.k': 1 }] })).toBe('INVALID_REQUEST');
  });
  it('never change what was given', () => {
    const data = { a: { b: [1, { c: 1 }] } };
    const copy = structuredClone(data);
    updated(data, { $set: { 'a.b.1.c': 2, 'a.x': 1 }, $unset: { 'a.b.0': 1 } });
    expect(data).toEqual(copy);
  });
  it('keep to the rules of documents', () => {
    const path = Array(99).fill('a').join('.');
    expect(updated({}, { $set: { [path]: { b: { c: 1 } } } })).toBe('VALIDATION_ERROR');
    expect(updated({}, { $set: { a: 'x'.repeat(16 * 1024 * 1024) } })).toBe('VALIDATION_ERROR');
    expect(updated({ a: [] }, { $set: { 'a.99999999': 1 } })).toBe('INVALID_REQUEST');
  });
  it('set __proto__ as an ordinary field', () => {
    const result = updated({ a: 1 }, JSON.parse('{"$set": {"__proto__.x": 1}}'));
    expect(JSON.stringify(result)).toBe('{"a":1,"__proto__":{"x":1}}');
    expect(Reflect.get({}, 'x')).toBeUndefined();
  });
});

describe('pipelines', () => {
  it('see the document and may not change what the service sets', () => {
    expect(updated({ a: 1 }, [{ $set: { b: { $add: ['$a', '$_version'] } } }, { $unset: 'a' }])).toEqual({
      b: 5,
    });
    expect(updated({ a: 1 }, [{ $set: { a: 1 } }])).toBe('unchanged');
    expect(updated({ a: { b: 2 } }, [{ $replaceWith: '$a' }])).toEqual({ b: 2 });
    expect(updated({ a: { _id: 'y' } }, [{ $replaceWith: '$a' }])).toBe('INVALID_REQUEST');
    expect(updated({ a: { _version: 9 } }, [{ $replaceWith: '$a' }])).toBe('INVALID_REQUEST');
    expect(updated({ a: 1 }, [{ $replaceWith: { $literal: { $x: 1 } } }])).toBe('VALIDATION_ERROR');
  });
});

describe('laws', () => {
  const name = fc.constantFrom('a', 'b', 'c', '__proto__', 'toString');
  const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
  const data = fc.dictionary(name, json).map((value) => JSON.parse(JSON.stringify(value)) as JsonObject);
  const path = fc.array(fc.oneof(name, fc.constantFrom('0', '1')), { minLength: 1, maxLength: 3 });

  function twice(update: (field: string, value: Json) => Json): void {
    fc.assert(
      fc.property(data, path, json, (before, segments, value) => {
        fc.pre(!/\$|\\u0000|\\ud/.test(JSON.stringify([before, value])));
        const change = update(segments.join('.'), value);
        const once = updated(before, change);
        if (typeof once !== 'object') return;
        expect(updated(once as JsonObject, change)).toBe('unchanged');
      }),
    );
  }
  const under = (operator: string) => (field: string, value: Json) => ({
    [operator]: Object.fromEntries([[field, value]]),
  });
  it.each(['$set', '$min', '$max', '$addToSet', '$unset'])('%s a second time changes nothing', (operator) => {
    twice(under(operator));
  });
  it('$pull of a value a second time changes nothing', () => {
    twice((field, value) => under('$pull')(field, [value]));
  });
  it('$inc by n and by -n is where it was', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (start, by) => {
        fc.pre(by !== 0);
        const once = updated({ a: start }, { $inc: { a: by } });
        expect(updated(once as JsonObject, { $inc: { a: -by } })).toEqual({ a: start });
      }),
    );
  });
});
