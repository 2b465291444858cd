import type { Path } from './path.ts';

/** The order of results. The planner appends `_id` ascending where it is missing, so that pages are stable. */
export type Sort = readonly SortField[];
export interface SortField {
  readonly path: Path;
  readonly direction: 1 | -1;
}
