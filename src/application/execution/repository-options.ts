/** The limits that the repository keeps to. */
export interface RepositoryOptions {
  /** Documents that a query without an index may make the service look at: more is QUERY_TOO_EXPENSIVE. */
  readonly maxScanDocuments: number;
  /** Steps of `EvaluationBudget` that one request may use. */
  readonly maxEvaluationSteps: number;
  /** How often a conflict (upsert race, transient transaction conflict) is retried. */
  readonly maxRetries: number;
  /** Whether pipelines may end in `$out` or `$merge`, where the database has them. */
  readonly allowPipelineWrites: boolean;
  readonly now: () => Date;
  readonly newId: () => string;
}
