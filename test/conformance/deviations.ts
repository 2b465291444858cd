import type { DatabaseType } from '../../src/domain/database-type.ts';

/** Tests that a database (or the stand-in that tests run it on) cannot pass: `concern: name` → the reason. */
export const deviations: Partial<Record<DatabaseType, Readonly<Record<string, string>>>> = {};
