import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type Host, lambdaEvents, startLambdaHost } from './hosts.ts';

const json = { 'content-type': 'application/json' };

describe.each(Object.entries(lambdaEvents))('the Lambda handler for events of %s', (kind, toEvent) => {
  let host: Host;
  beforeAll(async () => {
    vi.resetModules();
    host = await startLambdaHost(toEvent);
  }, 60_000);

  const get = (target: string) =>
    host.send({ method: 'GET', target: `/api/v1${target}`, headers: {}, body: undefined });

  it('refuses streams without an end', async () => {
    const answer = await get('/documents/large/watch');
    expect([answer.status, JSON.parse(answer.body).error.code]).toEqual([501, 'UNSUPPORTED_OPERATION']);
  });

  it('says when an answer is larger than its front can send', { timeout: 60_000 }, async () => {
    const megabytes = kind === 'Application Load Balancer' ? 2 : 7;
    for (let i = 0; i < megabytes; i++) {
      const body = JSON.stringify({ collection: 'large', data: { text: 'x'.repeat(1_000_000) } });
      const created = await host.send({ method: 'POST', target: '/api/v1/documents', headers: json, body });
      expect(created.status).toBe(201);
    }
    const answer = await get('/documents/large');
    const { success, error } = JSON.parse(answer.body);
    expect([answer.status, success, error.code]).toEqual([413, false, 'PAYLOAD_TOO_LARGE']);
    expect(error.request_id).not.toBe('');
  });
});
