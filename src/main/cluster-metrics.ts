import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MetricsSnapshot } from '../infrastructure/telemetry/render-metrics.ts';

/**
 * How the processes of a cluster add up their metrics. A request for `/metrics` reaches any worker; that one asks the
 * primary, which asks all workers.
 */
type Message =
  | { readonly type: 'metrics:gather'; readonly id: number }
  | { readonly type: 'metrics:tell'; readonly id: number }
  | { readonly type: 'metrics:told'; readonly id: number; readonly snapshot: MetricsSnapshot }
  | {
      readonly type: 'metrics:gathered';
      readonly id: number;
      readonly snapshots: readonly MetricsSnapshot[];
    };

/** A worker that hangs is left out of the sum. */
const patienceMs = 2000;
let lastId = 0;

/** In a worker: the metrics of all workers, by way of the primary. */
export async function gatherFromPrimary(): Promise<readonly MetricsSnapshot[]> {
  lastId += 1;
  const id = lastId;
  const answer = new Promise<readonly MetricsSnapshot[]>((resolve) => {
    const onMessage = (message: Message) => {
      if (message.type !== 'metrics:gathered' || message.id !== id) return;
      process.off('message', onMessage);
      resolve(message.snapshots);
    };
    process.on('message', onMessage);
  });
  process.send?.({ type: 'metrics:gather', id } satisfies Message);
  return answer;
}

/** In a worker: tells the primary its own metrics whenever it asks. */
export function tellPrimary(snapshot: () => Promise<MetricsSnapshot>): void {
  process.on('message', async (message: Message) => {
    if (message.type !== 'metrics:tell') return;
    process.send?.({ type: 'metrics:told', id: message.id, snapshot: await snapshot() } satisfies Message);
  });
}

/** In the primary: answers workers that ask for the metrics of all. */
export function answerWorkers(): void {
  cluster.on('message', async (worker: Worker, message: Message) => {
    if (message.type !== 'metrics:gather') return;
    const snapshots = await gatherFromWorkers();
    if (worker.isConnected())
      worker.send({ type: 'metrics:gathered', id: message.id, snapshots } satisfies Message, () => undefined);
  });
}

/** In the primary: the metrics of all workers that answer in time. */
export async function gatherFromWorkers(): Promise<readonly MetricsSnapshot[]> {
  lastId += 1;
  const id = lastId;
  const asked = Object.values(cluster.workers ?? {}).filter((worker) => worker?.isConnected() === true);
  const answers = await Promise.all(asked.map((worker) => (worker ? ask(worker, id) : undefined)));
  return answers.filter((snapshot) => snapshot !== undefined);
}

async function ask(worker: Worker, id: number): Promise<MetricsSnapshot | undefined> {
  const patience = new AbortController();
  let onMessage: (message: Message) => void = () => undefined;
  const told = new Promise<MetricsSnapshot>((resolve) => {
    onMessage = (message) => {
      if (message.type === 'metrics:told' && message.id === id) resolve(message.snapshot);
    };
    worker.on('message', onMessage);
  });
  worker.send({ type: 'metrics:tell', id } satisfies Message, () => undefined);
  const timeout = sleep(patienceMs, undefined, { signal: patience.signal }).catch(() => undefined);
  const snapshot = await Promise.race([told, timeout]);
  patience.abort();
  worker.off('message', onMessage);
  return snapshot;
}
