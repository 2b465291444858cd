import type { Result, Router } from 'hono/router';

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  any: Node<T> | undefined;
  /** By method; the node is the end of a route when it has any. */
  readonly routes: Map<string, readonly [T, Record<string, string>]>;
}

const noRoute: readonly never[] = [];

/**
 * A router over path segments as they were sent, not decoded: an encoded slash stays in its segment. A literal goes
 * before a parameter whatever the method: `search` in the place of an id is the route `search`, and a GET of it is
 * METHOD_NOT_ALLOWED, not a read of a document with that id. (Hono's fast router cannot hold such routes; its trie
 * router decides by method.) There is one handler per route and no middleware, which is Hono's shortest path.
 */
export class SegmentRouter<T> implements Router<T> {
  readonly name = 'SegmentRouter';
  readonly #root: Node<T> = emptyNode();

  /** @param path Hono's form: `/documents/:collection/:id`. */
  add(method: string, path: string, handler: T): void {
    let node = this.#root;
    for (const segment of path.split('/').slice(1)) node = childFor(node, segment);
    node.routes.set(method, [handler, {}]);
  }

  match(method: string, path: string): Result<T> {
    const route = this.#find(path)?.routes.get(method);
    return [route === undefined ? [] : [[route[0], route[1]]]];
  }

  /** The methods of the route that a path means; empty: there is no such route. */
  methods(path: string): readonly string[] {
    const node = this.#find(path);
    return node === undefined ? noRoute : [...node.routes.keys()];
  }

  #find(path: string): Node<T> | undefined {
    return descend(this.#root, path, 1);
  }
}

function emptyNode<T>(): Node<T> {
  return { literals: new Map(), any: undefined, routes: new Map() };
}

function childFor<T>(node: Node<T>, segment: string): Node<T> {
  if (segment.startsWith(':')) {
    node.any ??= emptyNode();
    return node.any;
  }
  const known = node.literals.get(segment);
  if (known !== undefined) return known;
  const child = emptyNode<T>();
  node.literals.set(segment, child);
  return child;
}

/** @param start where the next segment begins; past the end: the path is used up. */
function descend<T>(node: Node<T>, path: string, start: number): Node<T> | undefined {
  if (start > path.length) return node.routes.size === 0 ? undefined : node;
  const slash = path.indexOf('/', start);
  const end = slash === -1 ? path.length : slash;
  const segment = path.slice(start, end);
  const literal = node.literals.get(segment);
  const found = literal === undefined ? undefined : descend(literal, path, end + 1);
  if (found !== undefined || node.any === undefined || segment === '') return found;
  return descend(node.any, path, end + 1);
}
