/** How a query is read. */
export interface ParseOptions {
  /** Where the source stands in the request, the start of every error's path: `filter`, `pipeline[0].$match`. */
  readonly path: string;
  /** Whether `id`, `created_at`, `updated_at` and `data.…` are short forms (filters, sorts, projections, index keys). */
  readonly shortNames: boolean;
  /** Whether `{"$date": …}` and the like are values (MongoDB) or mistakes. */
  readonly extendedJson: boolean;
  /**
   * User variables that expressions may name here besides the system's: the `let` of a `$lookup` around the stage.
   * `parseFilter` ($expr), `parseProjection` and the stages pass them to `parseExpression`.
   */
  readonly variables?: ReadonlySet<string>;
}
