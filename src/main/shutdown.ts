import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../application/ports/logger.ts';

/** The steps of an orderly end, in the order in which they run. */
export interface ShutdownSteps {
  /** From here `/ready` answers 503, so that load balancers look elsewhere. */
  readonly notReady: () => void;
  readonly drainDelayMs: number;
  /** Stops accepting and lets running requests end. */
  readonly drain: () => Promise<boolean>;
  /** Pools, threads, files. */
  readonly close: () => Promise<void>;
  readonly flush: () => void;
}

/** Closing the pools may not keep a process alive that has nothing left to do. */
const closeMs = 5000;

/** Ends the process on SIGTERM or SIGINT: not ready, drain, close, exit 0. A second signal exits at once. */
export function shutdownOnSignal(steps: ShutdownSteps, logger: Logger): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(signal === 'SIGINT' ? 130 : 143);
    stopping = true;
    void shutdown(signal, steps, logger);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

async function shutdown(signal: string, steps: ShutdownSteps, logger: Logger): Promise<void> {
  logger.log('info', 'stopping', { signal });
  steps.notReady();
  if (steps.drainDelayMs > 0) await sleep(steps.drainDelayMs);
  const clean = await steps.drain();
  if (!clean) logger.log('warn', 'requests were still running and have been cut');
  await Promise.race([steps.close(), sleep(closeMs, undefined, { ref: false })]).catch((error: unknown) =>
    logger.log('error', 'closing failed', {}, error),
  );
  logger.log('info', 'stopped');
  steps.flush();
  process.exit(0);
}
