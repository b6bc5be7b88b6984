import type { AssayContext } from "../context.ts";
import { type AskArgs, askIndex, type RawAnswer } from "./ask.ts";
import { pagesOf } from "./entity.ts";
import { indexedBlock, waitForBlock } from "./freshness.ts";
import { queryDelegations, queryProposals, queryVotes } from "./governance.ts";
import { queryJob, queryJobs, queryOpenJobs } from "./jobs.ts";
import { queryBalances, queryJobStats, queryProtocol } from "./market.ts";
import { queryDisputes, queryProvider, queryProviders, querySlashes } from "./providers.ts";
import { watch } from "./watch.ts";

const queries = {
  /** One job with its timeline. */
  job: queryJob,
  /** Jobs by state, requester, provider, token or program. */
  jobs: queryJobs,
  /** Jobs that can be claimed; stale answers are refused. */
  openJobs: queryOpenJobs,
  /** One provider with its hot keys and thawing stake. */
  provider: queryProvider,
  providers: queryProviders,
  disputes: queryDisputes,
  /** What providers lost. */
  slashes: querySlashes,
  proposals: queryProposals,
  /** How accounts voted, and why. */
  votes: queryVotes,
  /** Stake that accounts put behind providers. */
  delegations: queryDelegations,
  /** What accounts have inside the market. */
  balances: queryBalances,
  /** Totals of the whole protocol. */
  protocol: queryProtocol,
  /** Jobs, volume and fees by the hour or by the day. */
  jobStats: queryJobStats,
  /** The block that the index stands at. */
  indexedBlock,
  /** Waits until the index contains a block. */
  waitForBlock,
};

type Queries = typeof queries;
type Bound<F> = F extends (context: AssayContext, ...args: infer A) => infer R ? (...args: A) => R : never;

/** The questions that an index of the protocol answers, each with the block that its answer is from. */
export type IndexQueries = { [Name in keyof Queries]: Bound<Queries[Name]> } & {
  /** A query of your own. It must select `_meta { block { number hash timestamp } hasIndexingErrors }`. */
  ask: (args: AskArgs) => Promise<RawAnswer>;
  /** All pages of a list, all as of one block. */
  pagesOf: typeof pagesOf;
  /** Asks again at each new block of the index, and says when a reorganisation took back what was said before. */
  watch: Bound<typeof watch>;
};

/** Binds the questions to a context. Asking without an endpoint is SDK-060. */
export function bindQueries(context: AssayContext): IndexQueries {
  const bound: Record<string, unknown> = { pagesOf };
  for (const [name, query] of Object.entries({ ...queries, ask: askIndex, watch })) {
    const run = query as (context: AssayContext, ...args: unknown[]) => unknown;
    bound[name] = (...args: unknown[]) => run(context, ...args);
  }
  return bound as unknown as IndexQueries;
}
