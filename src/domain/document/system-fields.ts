/** The fields of the flat view that the service itself sets; a document's own data never has them at its top level. */
export const systemFields: ReadonlySet<string> = new Set([
  '_id',
  '_version',
  '_created_at',
  '_updated_at',
  '_metadata',
]);
