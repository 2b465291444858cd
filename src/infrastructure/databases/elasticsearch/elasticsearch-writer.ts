import { pause } from '../../../application/execution/pause.ts';
import type { Call } from '../../../application/ports/call.ts';
import type { Modification, ModifyOutcome } from '../../../domain/document/modification.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { EvaluationBudget } from '../../../domain/evaluation/evaluation-context.ts';
import { withDeadline } from '../with-deadline.ts';
import { type BulkItem, type BulkOutcome, failureOf, runBulk } from './elasticsearch-bulk.ts';
import { DocumentChain } from './elasticsearch-chain.ts';
import type { ElasticsearchDatabase } from './elasticsearch-database.ts';
import type { CollectionState } from './elasticsearch-ledger.ts';
import { orderKeys } from './elasticsearch-order.ts';
import { isLate, mostClaims } from './elasticsearch-unique-keys.ts';
import type { StoredChange } from './elasticsearch-values.ts';

/** How much one modification may compute; the work of a few seconds. */
const modificationSteps = 10_000_000;
/** Attempts of one change against other processes' changes of the same document. */
const mostAttempts = 2000;
/** Changes of one document in one batch are written together up to so much. */
const mostEarlierCharacters = 1_000_000;

/** Changes documents: read, apply, write if nobody else wrote meanwhile; only what conflicted is done again. */
export async function modifyDocuments(
  database: ElasticsearchDatabase,
  collection: string,
  modifications: readonly Modification[],
  call: Call,
  ordered: boolean,
): Promise<readonly ModifyOutcome[]> {
  const ids = [...new Set(modifications.map(({ id }) => id))];
  const keys = ids.map((id) => `${collection}\0${id}`);
  await database.relay.room();
  return database.lock.run(keys, () => new Batch(database, collection, modifications, call, ordered).run());
}

class Batch {
  readonly #database: ElasticsearchDatabase;
  readonly #collection: string;
  readonly #modifications: readonly Modification[];
  readonly #call: Call;
  readonly #ordered: boolean;
  readonly #outcomes: (ModifyOutcome | undefined)[];
  #stopped = false;

  constructor(
    database: ElasticsearchDatabase,
    collection: string,
    modifications: readonly Modification[],
    call: Call,
    ordered: boolean,
  ) {
    this.#database = database;
    this.#collection = collection;
    this.#modifications = modifications;
    this.#call = call;
    this.#ordered = ordered;
    this.#outcomes = modifications.map(() => undefined);
  }

  async run(): Promise<readonly ModifyOutcome[]> {
    for (let attempt = 0; !this.#stopped && this.#outcomes.includes(undefined); ) {
      const progressed = await this.#round();
      attempt = progressed ? 0 : attempt + 1;
      if (attempt > mostAttempts)
        throw new ServiceError('DATABASE_ERROR', 'too many writers change these documents at once');
      if (!progressed) await pause(attempt, this.#call);
    }
    return this.#outcomes.map((outcome) => outcome ?? { status: 'skipped' });
  }

  /** False when nothing came of it. */
  async #round(): Promise<boolean> {
    const open = this.#outcomes.flatMap((outcome, place) => (outcome === undefined ? [place] : []));
    const state = await this.#database.ledger.state(this.#collection, this.#call);
    const chains = await this.#read(open);
    const provisional = this.#apply(open, chains, state);
    const changed = [...chains.values()].filter((chain) => chain.isChanged);
    const failed = await this.#write(state, changed);
    if (failed === undefined) return false;
    let progressed = false;
    for (const [place, outcome] of provisional) {
      const verdict = failed.get(this.#modifications[place]?.id ?? '');
      if (verdict === 'again' || (this.#stopped && !needsWrite(outcome))) continue;
      this.#outcomes[place] = verdict === undefined ? outcome : failure(outcome, verdict);
      progressed = true;
      const { status } = this.#outcomes[place];
      if (this.#ordered && (status === 'failed' || status === 'stale')) this.#stopped = true;
    }
    return progressed;
  }

  async #read(open: readonly number[]): Promise<ReadonlyMap<string, DocumentChain>> {
    const ids = [...new Set(open.flatMap((place) => this.#modifications[place]?.id ?? []))];
    const stored = await this.#database.reader.stored(this.#collection, ids, this.#call);
    return new Map(ids.map((id, i) => [id, new DocumentChain(this.#collection, id, stored[i])]));
  }

  /** Applies as many of the open modifications as one write can carry. */
  #apply(
    open: readonly number[],
    chains: ReadonlyMap<string, DocumentChain>,
    state: CollectionState | undefined,
  ): ReadonlyMap<number, ModifyOutcome> {
    const oneEach = state?.indexes.some(({ definition }) => definition.unique) ?? false;
    const provisional = new Map<number, ModifyOutcome>();
    let characters = 0;
    for (const place of open) {
      const modification = this.#modifications[place];
      const chain = modification && chains.get(modification.id);
      if (modification === undefined || chain === undefined) continue;
      if (chain.places.length > 0 && (oneEach || characters > mostEarlierCharacters)) break;
      if (oneEach && provisional.size >= mostClaims) break;
      if (chain.isChanged) characters += chain.current?.data.text.length ?? 100;
      chain.places.push(place);
      const budget = new EvaluationBudget(modificationSteps, this.#call.deadline);
      const outcome = chain.apply(modification, { now: new Date(), budget });
      provisional.set(place, outcome);
      if (this.#ordered && (outcome.status === 'failed' || outcome.status === 'stale')) break;
    }
    return provisional;
  }

  /** What went wrong, by id; undefined: the collection is another by now, nothing was written. */
  async #write(
    state: CollectionState | undefined,
    chains: readonly DocumentChain[],
  ): Promise<ReadonlyMap<string, ServiceError | 'again'> | undefined> {
    if (chains.length === 0) return new Map();
    const { database, call } = { database: this.#database, call: this.#call };
    if (state === undefined) {
      await database.ledger.ensure(this.#collection, call);
      return undefined;
    }
    const unlogged = await keepUnlogged(database, state, chains, call);
    const verdicts = new Map<string, ServiceError | 'again'>();
    const claims = await database.uniqueKeys.claim(state, chains, call);
    for (const id of claims.contended) verdicts.set(id, 'again');
    for (const [id, error] of claims.refused) verdicts.set(id, error);
    if (isLate(claims)) for (const { id } of chains) if (!verdicts.has(id)) verdicts.set(id, 'again');
    const allowed = this.#beforeRefused(chains, verdicts);
    if (allowed.length === 0) {
      await claims.settle(() => false);
      return verdicts;
    }
    const items = allowed.flatMap(
      (chain) => chain.item((document) => orderKeys(state, document), unlogged.get(chain.id) ?? []) ?? [],
    );
    const outcomes = await writeItems(database, state, items, withDeadline(call, claims.until));
    for (const [i, chain] of allowed.entries()) {
      const verdict = this.#settle(state.concrete, chain, outcomes[i], unlogged.get(chain.id) ?? []);
      if (verdict !== undefined) verdicts.set(chain.id, verdict);
    }
    await claims.settle((id) => !verdicts.has(id));
    return verdicts;
  }

  /** Those that may be written; of an ordered batch none after the first that is refused. */
  #beforeRefused(
    chains: readonly DocumentChain[],
    verdicts: Map<string, ServiceError | 'again'>,
  ): readonly DocumentChain[] {
    const refused = chains.filter(({ id }) => verdicts.has(id)).map(({ places }) => places[0] ?? 0);
    const end = this.#ordered ? Math.min(...refused) : Number.POSITIVE_INFINITY;
    const allowed = chains.filter(({ id, places }) => !verdicts.has(id) && (places[0] ?? 0) < end);
    for (const { id, places } of chains) if ((places[0] ?? 0) > end) verdicts.set(id, 'again');
    return allowed;
  }

  #settle(
    index: string,
    chain: DocumentChain,
    outcome: BulkOutcome | undefined,
    unlogged: readonly StoredChange[],
  ): ServiceError | 'again' | undefined {
    if (outcome === undefined || outcome.status === 'failed') return failureOf(outcome);
    if (outcome.status !== 'done') return 'again';
    const { seqNo, primaryTerm } = outcome;
    const tombstone = chain.current === undefined ? { index, id: chain.id, seqNo, primaryTerm } : undefined;
    this.#database.relay.forgetLeftover(index, chain.id);
    this.#database.relay.add([...unlogged, ...chain.changes], tombstone);
    return undefined;
  }
}

/** So many changes a document may tell besides its last; more are logged before it is written. */
const mostTold = 8;
const mostToldCharacters = 50_000;

/**
 * What is written over may be all that tells of a change: the document that comes in its place tells it then, until the
 * log has it. Where that would be too much, it is logged first.
 */
async function keepUnlogged(
  { relay }: ElasticsearchDatabase,
  state: CollectionState,
  chains: readonly DocumentChain[],
  call: Call,
): Promise<ReadonlyMap<string, readonly StoredChange[]>> {
  const kept = new Map<string, readonly StoredChange[]>();
  const first: StoredChange[] = [];
  for (const { id, stored, overwritten, before } of chains) {
    if (stored === undefined || relay.isLogged(state.concrete, stored.seqNo)) continue;
    const unlogged = relay.unlogged(overwritten);
    const characters = unlogged.length * (before?.data.text.length ?? 0);
    if (unlogged.length > mostTold || characters > mostToldCharacters) first.push(...unlogged);
    else kept.set(id, unlogged);
  }
  await relay.ensure(first, call);
  return kept;
}

/** A change that could not be written did not happen; what needed no write stands. */
function failure(outcome: ModifyOutcome, error: ServiceError): ModifyOutcome {
  return needsWrite(outcome) ? { status: 'failed', error } : outcome;
}

function needsWrite({ status }: ModifyOutcome): boolean {
  return status === 'modified' || status === 'inserted' || status === 'removed';
}

/** Writes to the alias of the collection's revision; where that is gone, the collection is looked at anew. */
export async function writeItems(
  database: ElasticsearchDatabase,
  state: CollectionState,
  items: readonly BulkItem[],
  call: Call,
): Promise<readonly BulkOutcome[]> {
  const alias = database.names.write(state.concrete, state.revision);
  const query = { require_alias: true, ...database.freshness.parameter };
  const outcomes = await runBulk(database.connection, alias, items, query, call);
  database.freshness.wrote(database.names.read(state.name));
  if (outcomes.some((outcome) => outcome.status === 'no-index'))
    await database.ledger.ensure(state.name, call);
  return outcomes;
}
