import type { UpdatePath } from './update.ts';

/** The paths that one update changes, to find two of which one is the other or lies within it. */
export class PathSet {
  readonly #root: Node = { end: false, below: new Map() };

  /**
   * Adds a path; answers the path that it conflicts with, if any (nothing is added then). Beside `$[]` or `$[name]` no
   * segment of another kind may stand, because both could mean the same element.
   */
  add(path: UpdatePath): UpdatePath | undefined {
    let node = this.#root;
    for (const [depth, segment] of path.entries()) {
      if (node.end) return path.slice(0, depth);
      if (clashes(node, segment)) return path.slice(0, depth);
      let next = node.below.get(segment);
      if (next === undefined) {
        next = { end: false, below: new Map() };
        node.below.set(segment, next);
      }
      node = next;
    }
    if (node.end || node.below.size > 0) return path;
    node.end = true;
    return undefined;
  }
}

interface Node {
  end: boolean;
  readonly below: Map<string, Node>;
}

/** One neighbour tells for all: those that are there already agree with each other. */
function clashes(node: Node, segment: string): boolean {
  const [neighbour] = node.below.keys();
  return neighbour !== undefined && segment.startsWith('$[') !== neighbour.startsWith('$[');
}
