import { MongoNetworkError, MongoServerError } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../../domain/errors.ts';
import { toServiceError } from './mongodb-errors.ts';

const server = (code: number, errmsg = 'secret: { a: "value" }', more: object = {}) =>
  new MongoServerError({ code, errmsg, message: errmsg, codeName: 'SomeName', ...more });

describe('toServiceError', () => {
  it('names the key of a duplicate', () => {
    const error = server(
      11000,
      'E11000 duplicate key error collection: d.c index: email_1 dup key: { email: "x" }',
      {
        keyPattern: { email: 1 },
        keyValue: { email: 'x' },
      },
    );
    const mapped = toServiceError(error, 'c');
    expect(mapped.code).toBe('DUPLICATE_KEY');
    expect(mapped.details).toEqual({ collection: 'c', index: 'email_1', key: { email: 'x' } });
  });

  it.each([
    [50, 'QUERY_TIMEOUT'],
    [26, 'COLLECTION_NOT_FOUND'],
    [27, 'INDEX_ERROR'],
    [48, 'VALIDATION_ERROR'],
    [24, 'TRANSACTION_FAILED'],
    [112, 'TRANSACTION_FAILED'],
    [11601, 'QUERY_TIMEOUT'],
    [168, 'UNSUPPORTED_OPERATION'],
    [18, 'CONNECTION_ERROR'],
    [10334, 'PAYLOAD_TOO_LARGE'],
    [16554, 'INVALID_REQUEST'],
    [8, 'DATABASE_ERROR'],
  ])('maps code %i to %s', (code, expected) => {
    expect(toServiceError(server(code)).code).toBe(expected);
  });

  it('says of a standalone server that it needs a replica set', () => {
    const error = server(20, 'Transaction numbers are only allowed on a replica set member or mongos');
    expect(toServiceError(error)).toMatchObject({
      code: 'UNSUPPORTED_OPERATION',
      message: expect.stringContaining('replica set'),
    });
  });

  it('tells nothing of the server text, which may hold values', () => {
    for (const code of [2, 14, 50, 8, 16554, 121]) {
      const { message, details } = toServiceError(server(code));
      expect(JSON.stringify({ message, details })).not.toContain('secret');
    }
  });

  it('marks transient errors of transactions', () => {
    const error = server(251, 'aborted', { errorLabels: ['TransientTransactionError'] });
    expect(toServiceError(error).details.transient).toBe(true);
  });

  it('keeps what is a ServiceError, and maps the network', () => {
    const own = new ServiceError('RATE_LIMIT_EXCEEDED', 'x');
    expect(toServiceError(own)).toBe(own);
    expect(toServiceError(new MongoNetworkError('gone')).code).toBe('CONNECTION_ERROR');
    expect(toServiceError(new Error('?')).code).toBe('DATABASE_ERROR');
  });
});
