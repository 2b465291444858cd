import { afterEach, describe, expect, it } from 'vitest';
import { generator, seed } from '../support/random.ts';
import { type RunningService, startService } from '../support/start-service.ts';
import { openTestRepository, testDatabases } from '../support/test-databases.ts';
import { AcknowledgedWrites } from './acknowledged-writes.ts';

const rounds = 3;

/** Those with transactions, each with the settings of a service on it. */
const databases = testDatabases.flatMap((database) => {
  const { type, settings } = database;
  const name = `APP_${type.toUpperCase()}`;
  if (type === 'sqlite') return [{ ...database, environment: { [`${name}_PATH`]: String(settings.path) } }];
  if (type !== 'postgresql' && type !== 'mysql' && type !== 'vitess') return [];
  const environment = {
    [`${name}_ENABLED`]: 'true',
    [`${name}_URI`]: String(settings.uri),
    APP_DATABASES_DEFAULT: type,
  };
  return [{ ...database, environment }];
});

let service: RunningService | undefined;
afterEach(() => service?.stop('SIGKILL'));

describe.each(databases)(`$type: kill -9 while it writes (SEED=${seed})`, ({ environment, ...database }) => {
  it('loses no acknowledged write, tears no transaction, tells every change', {
    timeout: 300_000,
  }, async () => {
    const writes = new AcknowledgedWrites(await openTestRepository(database), 'killed');
    await writes.prepare();
    const random = generator(seed);
    for (let round = 0; round < rounds; round++) {
      service = await startService({ ...environment, APP_OBSERVABILITY_LOG_REQUESTS: 'false' });
      const written = writes.write(service.url, random, String(round));
      await writes.grownBy(40);
      await new Promise((resolve) => setTimeout(resolve, random() * 300));
      expect(await service.stop('SIGKILL')).toBe('SIGKILL');
      await written;
    }
    await writes.expectAll();
    await writes.close();
  });
});
