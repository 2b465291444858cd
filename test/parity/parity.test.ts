import { describe, expect, it, vi } from 'vitest';
import { type Host, type HostAnswer, lambdaEvents, startLambdaHost, startServerHost } from './hosts.ts';
import { type Exchange, type Scenario, scenarios } from './scenarios.ts';

const comparedHeaders = ['content-type', 'etag', 'location', 'allow', 'x-content-type-options'];

async function send(host: Host, { method, path, headers = {}, body }: Exchange): Promise<HostAnswer> {
  return host.send({
    method,
    target: path.startsWith('!') ? path.slice(1) : `/api/v1${path}`,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** An answer without what differs from one run to the next. */
function comparable({ status, headers, body }: HostAnswer) {
  const text = body
    .replaceAll(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"<time>"')
    .replaceAll(/"request_id":"[^"]*"/g, '"request_id":"<id>"')
    .replaceAll(/"transaction_id":"[^"]*"/g, '"transaction_id":"<id>"');
  const kept = comparedHeaders.flatMap((name) => (name in headers ? [[name, headers[name]]] : []));
  return { status, headers: Object.fromEntries(kept), body: text };
}

async function run(host: Host, list: readonly Scenario[]) {
  const answers: ReturnType<typeof comparable>[] = [];
  for (const exchange of list.flatMap((scenario) => scenario.exchanges)) {
    answers.push(comparable(await send(host, exchange)));
  }
  return answers;
}

describe('one list of scenarios', async () => {
  const server = await startServerHost();
  const expected = await run(server, scenarios);
  await server.stop();
  const exchanges = scenarios.flatMap(({ name, exchanges: list }) =>
    list.map((exchange) => `${name}: ${exchange.method} ${exchange.path}`),
  );

  it('is answered by the HTTP server as it says', () => {
    const statuses = scenarios.flatMap((scenario) => scenario.exchanges.map((exchange) => exchange.status));
    const told = expected.map(
      ({ status, body }, i) => `${exchanges[i]} → ${status}${status === statuses[i] ? '' : body}`,
    );
    expect(told).toEqual(exchanges.map((name, i) => `${name} → ${statuses[i]}`));
  });

  for (const [kind, toEvent] of Object.entries(lambdaEvents)) {
    it(`is answered the same by the Lambda handler for events of ${kind}`, async () => {
      vi.resetModules();
      const answers = await run(await startLambdaHost(toEvent), scenarios);
      const named = (list: readonly object[]) =>
        list.map((answer, i) => ({ exchange: exchanges[i], ...answer }));
      expect(named(answers)).toEqual(named(expected));
    });
  }
});
