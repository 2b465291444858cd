import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../domain/errors.ts';
import { createLogger } from './create-logger.ts';

function recorder(level: 'debug' | 'info' = 'info') {
  const lines: string[] = [];
  const stream = { write: (line: string) => lines.push(line) };
  return { lines, logger: createLogger({ level, format: 'json', service: 'test', stream }) };
}

describe('createLogger', () => {
  it('writes one JSON line an event with the agreed fields', () => {
    const { lines, logger } = recorder();
    logger.log('info', 'request', { request_id: 'r1', collection: 'users', duration_ms: 1.5 });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'info',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      service: 'test',
      request_id: 'r1',
      collection: 'users',
      duration_ms: 1.5,
      msg: 'request',
    });
  });

  it('leaves out what is below its level', () => {
    const { lines, logger } = recorder();
    logger.log('debug', 'detail');
    expect(lines).toEqual([]);
    expect(logger.enabled('debug')).toBe(false);
    expect(logger.enabled('warn')).toBe(true);
  });

  it('keeps the values in a driver error out of the log', () => {
    const { lines, logger } = recorder();
    const cause = Object.assign(new Error('Key (email)=(ada@example.com) already exists: "secret" {x: 1}'), {
      code: 23_505,
    });
    logger.log('error', 'failed', {}, new ServiceError('DATABASE_ERROR', 'the database refused', {}, cause));
    const line = lines[0] ?? '';
    expect(line).not.toMatch(/ada@|secret|x: 1/);
    expect(JSON.parse(line).error).toMatchObject({
      type: 'ServiceError',
      code: 'DATABASE_ERROR',
      message: 'the database refused',
      cause: { type: 'Error', code: 23_505, message: 'Key … already exists: … …' },
    });
  });
});
