/**
 * A dotted path as its segments: `items.0.sku` is `['items', '0', 'sku']`. Paths see the flat view of a document
 * (`_id`, the data fields, `_version`, `_created_at`, `_updated_at`, `_metadata`). The empty path is the value itself,
 * which only the conditions inside `elemMatch` use.
 */
export type Path = readonly string[];

export function pathToString(path: Path): string {
  return path.join('.');
}

export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((segment, i) => segment === b[i]);
}
