import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import { createTestApp } from './test-app.ts';

/** The router over a repository of MongoDB, raw queries included. */
export function mongodbApp(
  repository: DocumentRepository,
  { allowWrites }: { readonly allowWrites: boolean } = { allowWrites: true },
): ReturnType<typeof createTestApp> {
  return createTestApp({
    databases: {
      default: 'mongodb',
      configured: ['mongodb'],
      repository: async () => repository,
    },
    rawQueries: { enabled: true, allowWrites },
  });
}
