import type { DatabaseType } from '../../src/domain/database-type.ts';
import type { JsonObject } from '../../src/domain/value/value.ts';

/** Databases that list what nobody sorts in an order of their own, which no other database has. */
const ownOrder: readonly DatabaseType[] = ['cassandra'];

/** An order that two databases can be compared by. */
export function definite(sort: JsonObject, type: DatabaseType): JsonObject {
  return Object.keys(sort).length === 0 && ownOrder.includes(type) ? { id: 1 } : sort;
}
