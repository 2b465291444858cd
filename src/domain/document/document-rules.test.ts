import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../errors.ts';
import { checkJson, jsonBytes } from './check-json.ts';
import { parseCollectionName } from './collection-name.ts';
import { parseDocumentData, parseMetadata } from './document-data.ts';
import { createDocumentIdSource, newDocumentId, parseDocumentId } from './document-id.ts';
import { documentLimits } from './document-limits.ts';
import { parseJson } from './parse-json.ts';

function refusal(run: () => unknown): { code: string; path: unknown } {
  try {
    run();
  } catch (error) {
    if (error instanceof ServiceError) return { code: error.code, path: error.details.path };
    throw error;
  }
  throw new Error('was accepted');
}

describe('parseDocumentId', () => {
  it.each(['a', 'a/b', '123', 'é'.repeat(256), 'x'.repeat(512), '__proto__', '$where', ' '])(
    'takes %s',
    (id) => {
      expect(parseDocumentId(id, 'id')).toBe(id);
    },
  );
  it.each([1, null, undefined, {}, '', 'x'.repeat(513), 'é'.repeat(257), '\ud800', 'a\0b'])(
    'refuses %j',
    (id) => {
      expect(refusal(() => parseDocumentId(id, 'id'))).toEqual({ code: 'VALIDATION_ERROR', path: 'id' });
    },
  );
});

describe('newDocumentId', () => {
  it('starts with the seconds of the clock and never repeats', () => {
    const next = createDocumentIdSource(() => 1_700_000_000_999);
    const ids = Array.from({ length: 1000 }, next);
    expect(new Set(ids).size).toBe(1000);
    for (const id of ids) expect(id).toMatch(/^6553f100[0-9a-f]{16}$/);
    expect(newDocumentId()).toMatch(/^[0-9a-f]{24}$/);
  });
});

describe('parseCollectionName', () => {
  it.each(['users', '_x', 'A.b-c_9', 'a'.repeat(63), 'systems'])('takes %s', (name) => {
    expect(parseCollectionName(name, 'collection')).toBe(name);
  });
  it.each(['', '9a', 'a b', 'a'.repeat(64), 'system.users', 'a\n', 'é', 'a"b', 'a$b', 7, null])(
    'refuses %j',
    (name) => {
      expect(refusal(() => parseCollectionName(name, 'collection')).code).toBe('VALIDATION_ERROR');
    },
  );
});

function nested(levels: number): unknown {
  return JSON.parse(`${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`);
}

describe('parseDocumentData', () => {
  it('returns what it is given', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ noUnicodeString: false })),
        (data) => {
          fc.pre(
            !Object.keys(data).some((key) => /^[$_]/.test(key)) && !JSON.stringify(data).includes('\\u0000'),
          );
          expect(parseDocumentData(data, 'data')).toBe(data);
        },
      ),
    );
  }, 30_000);
  it('takes an own __proto__, dots, empty keys and nested $-keys', () => {
    const data = JSON.parse('{"__proto__": {"a": 1}, "a.b": {"": 1}, "c": {"$date": "x"}}');
    expect(parseDocumentData(data, 'data')).toBe(data);
  });
  it.each([
    ['[]', 'data'],
    ['null', 'data'],
    ['"x"', 'data'],
    ['{"_id": 1}', 'data._id'],
    ['{"_version": 1}', 'data._version'],
    ['{"_metadata": {}}', 'data._metadata'],
    ['{"$set": {}}', 'data.$set'],
    ['{"a": [0, {"b": "\\ud800"}]}', 'data.a[1].b'],
    ['{"a": {"\\udfff": 1}}', 'data.a'],
    ['{"a": {"x\\u0000": 1}}', 'data.a'],
    ['{"a": 1e999}', 'data.a'],
  ])('refuses %s', (text, path) => {
    expect(refusal(() => parseDocumentData(JSON.parse(text), 'data'))).toEqual({
      code: 'VALIDATION_ERROR',
      path,
    });
  });
  it('refuses what is no JSON', () => {
    for (const a of [undefined, 1n, () => 1, new Date(), Symbol('x'), new Map()])
      expect(refusal(() => parseDocumentData({ a }, 'data')).path).toBe('data.a');
  });
  it('bounds the depth', () => {
    expect(parseDocumentData(nested(100), 'data')).toBeDefined();
    expect(refusal(() => parseDocumentData(nested(101), 'data')).code).toBe('VALIDATION_ERROR');
  });
  it('bounds the bytes exactly', () => {
    const data = { a: 'é'.repeat(100) };
    const bytes = jsonBytes(data);
    expect(bytes).toBe(208);
    expect(parseDocumentData(data, 'data', { maxDepth: 9, maxBytes: bytes })).toBe(data);
    expect(refusal(() => parseDocumentData(data, 'data', { maxDepth: 9, maxBytes: bytes - 1 })).path).toBe(
      'data',
    );
  });
  it('never estimates less than the size', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value: unknown = JSON.parse(text);
        const maxBytes = new TextEncoder().encode(JSON.stringify(value)).length - 1;
        expect(refusal(() => checkJson(value, 'data', { ...documentLimits, maxBytes })).path).toBe('data');
      }),
    );
  });
});

describe('parseMetadata', () => {
  it('is {} when absent and any object otherwise', () => {
    expect(parseMetadata(undefined, 'metadata')).toEqual({});
    expect(parseMetadata({ _id: 1 }, 'metadata')).toEqual({ _id: 1 });
    expect(refusal(() => parseMetadata([], 'metadata')).code).toBe('VALIDATION_ERROR');
  });
});

describe('parseJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text, 'body')).toEqual(JSON.parse(text));
      }),
    );
  });
  it('keeps an own __proto__ beside long numbers', () => {
    const value = parseJson('{"__proto__": {"n": 1234567890123456}}', 'body');
    expect(Object.keys(value as object)).toEqual(['__proto__']);
  });
  it.each([
    '9007199254740991',
    '-9007199254740992',
    '100000000000000000000',
    '-318877626417172200',
    '1.2345678901234567890',
    '1e300',
  ])('reads %s', (text) => {
    expect(parseJson(`[${text}]`, 'body')).toEqual([Number(text)]);
  });
  it.each([
    '9007199254740993',
    '-9223372036854775807',
    '1'.repeat(400),
    '1e-400',
    '-0.5E-999',
    `0.${'0'.repeat(400)}1`,
  ])('refuses %s', (text) => {
    expect(refusal(() => parseJson(`{"a": ${text}}`, 'body')).code).toBe('INVALID_REQUEST');
  });
  it.each(['-0', '0e-400', '0.0E-500', '5e-324', '1e-300', '"x:1e-400"', '"1e-400"'])(
    'reads %s too',
    (text) => {
      expect(parseJson(`{"a": ${text}}`, 'body')).toEqual({ a: JSON.parse(text) });
    },
  );
  it('refuses what is no JSON', () => {
    for (const text of ['', '{', '{"a": 1234567890123456', 'NaN'])
      expect(refusal(() => parseJson(text, 'body'))).toEqual({ code: 'INVALID_REQUEST', path: 'body' });
  });
});
