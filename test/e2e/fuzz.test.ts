import { afterAll, describe, expect, it } from 'vitest';
import { errorStatus } from '../../src/domain/errors.ts';
import { seed } from '../support/random.ts';
import { residentMiB, sendMany } from '../support/send-many.ts';
import { startService } from '../support/start-service.ts';
import { hostileRequest } from './hostile-requests.ts';

const requests = 50_000;
const connections = 16;

const service = await startService({
  APP_OBSERVABILITY_LOG_REQUESTS: 'false',
  APP_RAW_QUERY_ENABLED: 'true',
});
afterAll(() => service.stop());

/** What is wrong with an answer; undefined: nothing. */
function fault(status: number, body: string): string | undefined {
  if (status >= 200 && status < 400) return undefined;
  if (status >= 500 && status !== 501 && status !== 503) return 'a failure of the server';
  try {
    const { success, error } = JSON.parse(body);
    const known =
      Object.hasOwn(errorStatus, error.code) && errorStatus[error.code as keyof typeof errorStatus];
    return success === false && known === status ? undefined : 'not an error of the closed list';
  } catch {
    return 'not the error envelope';
  }
}

describe(`${requests} hostile requests (SEED=${seed})`, () => {
  it('get an answer of the closed list each, and leave the service well', { timeout: 300_000 }, async () => {
    const faults: unknown[] = [];
    const statuses = new Map<number, number>();
    await sendMany(
      service.url,
      requests,
      connections,
      (index) => hostileRequest(seed * 100_000 + index),
      (sent, { status, body }) => {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        const reason = fault(status, body);
        if (reason !== undefined && faults.length < 10)
          faults.push({ reason, sent, status, body: body.slice(0, 500) });
      },
    );
    console.log(`answers by status: ${JSON.stringify([...statuses].sort())}`);
    expect(faults).toEqual([]);
    expect(service.process.exitCode).toBeNull();
    expect((await fetch(`${service.url}/health`)).status).toBe(200);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    const resident = await residentMiB(service.url);
    console.log(`resident memory: ${resident.toFixed(0)} MiB`);
    expect(resident).toBeLessThan(512);
  });
});
