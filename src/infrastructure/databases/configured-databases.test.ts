import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DocumentRepository } from '../../application/ports/document-repository.ts';
import { ConfiguredDatabases } from './configured-databases.ts';

/** Stands for an open database; nothing but its end is looked at here. */
function repositoryOf(onClose: () => void): DocumentRepository {
  return { close: async () => onClose() } as Partial<DocumentRepository> as DocumentRepository;
}

describe('ConfiguredDatabases', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('opens a database once however many ask, and closes what it opened', async () => {
    let [opened, closed] = [0, 0];
    const databases = new ConfiguredDatabases({
      default: 'sqlite',
      configured: ['sqlite', 'memory'],
      open: async () => {
        opened += 1;
        return repositoryOf(() => {
          closed += 1;
        });
      },
    });
    const [one, two] = await Promise.all([databases.repository('sqlite'), databases.repository('sqlite')]);
    expect(one).toBe(two);
    expect(opened).toBe(1);
    await databases.close();
    expect(closed).toBe(1);
  });

  it('names the configured ones when another is asked for', async () => {
    const databases = new ConfiguredDatabases({
      default: 'sqlite',
      configured: ['sqlite'],
      open: async () => repositoryOf(() => undefined),
    });
    await expect(databases.repository('mysql')).rejects.toMatchObject({
      code: 'CONNECTION_ERROR',
      details: { configured: ['sqlite'] },
    });
  });

  it('fails at once for a second after a failure, then tries again', async () => {
    let attempts = 0;
    const databases = new ConfiguredDatabases({
      default: 'mysql',
      configured: ['mysql'],
      open: async () => {
        attempts += 1;
        throw new Error('refused');
      },
    });
    for (let i = 0; i < 3; i++) {
      await expect(databases.repository('mysql')).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
    }
    expect(attempts).toBe(1);
    await vi.advanceTimersByTimeAsync(1000);
    await expect(databases.repository('mysql')).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
    expect(attempts).toBe(2);
  });
});
