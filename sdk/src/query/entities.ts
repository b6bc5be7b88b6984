import type { Entity } from "./entity.ts";
import {
  bytes,
  choice,
  decimal,
  type Fields,
  flag,
  int,
  int8,
  integer,
  key,
  listOf,
  many,
  maybe,
  one,
  text,
  timestamp,
} from "./fields.ts";

const idOf = (type: string) => one(type, { id: bytes });
const entity = <const F extends Fields>(type: string, single: string, plural: string, fields: F): Entity<F> => ({
  type,
  single,
  plural,
  fields,
});

/** The states of a job as the index writes them. */
export const indexedJobStatus = choice(
  "JobStatus",
  "OPEN",
  "CLAIMED",
  "SUBMITTED",
  "FINALIZED",
  "EXPIRED",
  "CANCELLED",
  "REJECTED",
  "UNRESOLVED",
);

/** What happens to a job, as the index writes it. */
export const indexedJobEventKind = choice(
  "JobEventKind",
  "POSTED",
  "BID",
  "CLAIMED",
  "RESCUED",
  "SUBMITTED",
  "CHALLENGED",
  "CONVICTED",
  "FINALIZED",
  "CANCELLED",
  "EXPIRED",
  "REJECTED",
  "UNRESOLVED",
  "CLAIM_SKIPPED",
  "SETTLEMENT_SKIPPED",
);

const job = {
  id: bytes,
  status: indexedJobStatus,
  requester: idOf("Requester"),
  terms: one("JobTerms", { words: listOf(integer), spec: listOf(bytes) }),
  token: bytes,
  maxPrice: integer,
  minPrice: integer,
  bond: integer,
  claimBy: integer,
  steps: integer,
  programHash: bytes,
  provider: maybe(idOf("Provider")),
  bestBid: maybe(one("Bid", { provider: idOf("Provider"), price: integer })),
  price: maybe(integer),
  result: maybe(one("Result", { runRoot: bytes, finalState: bytes, output: bytes })),
  fee: maybe(integer),
  refund: maybe(integer),
  penalty: maybe(integer),
  postedAt: integer,
  claimedAt: maybe(integer),
  submittedAt: maybe(integer),
  endedAt: maybe(integer),
};

/** A job as lists show it. */
export const jobEntity = entity("Job", "job", "jobs", job);

const jobEvents = many(
  "JobEvent",
  {
    kind: indexedJobEventKind,
    status: indexedJobStatus,
    actor: bytes,
    amount: maybe(integer),
    transaction: bytes,
    block: integer,
    time: integer,
  },
  "first: 1000, orderBy: position",
);
/** A job with everything that happened to it. */
export const jobWithTimeline = entity("Job", "job", "jobs", { ...job, events: jobEvents });

const provider = {
  id: bytes,
  stake: integer,
  locked: integer,
  exposureBps: int,
  forfeited: integer,
  jobsClaimed: int,
  jobsFinalized: int,
  jobsExpired: int,
  jobsRejected: int,
  score: int,
};
/** A provider as lists show it. */
export const providerEntity = entity("Provider", "provider", "providers", provider);

const operators = many("Operator", { account: bytes, allowed: flag }, "first: 1000, where: { allowed: true }");
const thaws = many(
  "ThawRequest",
  { amount: integer, readyAt: integer },
  "first: 1000, orderBy: readyAt, where: { withdrawn: false }",
);
/** A provider with its hot keys and what is on its way out. */
export const providerWithKeys = entity("Provider", "provider", "providers", { ...provider, operators, thaws });

/** A dispute about a provider's result, with its games. */
export const disputeEntity = entity("Dispute", "dispute", "disputes", {
  id: bytes,
  job: idOf("Job"),
  provider: idOf("Provider"),
  outcome: choice("DisputeOutcome", "OPEN", "REJECTED"),
  opened: int,
  live: int,
  byTimeout: maybe(flag),
  openedAt: integer,
  decidedAt: maybe(integer),
  games: many(
    "DisputeGame",
    { challenger: bytes, status: choice("GameStatus", "LIVE", "FORFEITED", "CLOSED"), bond: integer },
    "first: 100",
  ),
});

/** What a provider lost, and who got it. */
export const slashEntity = entity("Slash", "slash", "slashes", {
  id: bytes,
  provider: idOf("Provider"),
  job: maybe(idOf("Job")),
  lost: integer,
  fromPool: integer,
  toRequester: integer,
  toFinder: integer,
  burned: integer,
  time: integer,
});

/** A proposal with its count of votes. */
export const proposalEntity = entity("Proposal", "proposal", "proposals", {
  id: key,
  proposer: idOf("TokenHolder"),
  status: choice("ProposalStatus", "CREATED", "CANCELED", "QUEUED", "EXECUTED"),
  description: text,
  voteStart: integer,
  voteEnd: integer,
  forVotes: integer,
  againstVotes: integer,
  abstainVotes: integer,
  createdAt: integer,
});

/** How an account voted, and why. */
export const voteEntity = entity("Vote", "vote", "votes", {
  id: bytes,
  proposal: one("Proposal", { id: key, description: text }),
  voter: idOf("TokenHolder"),
  support: choice("VoteSupport", "AGAINST", "FOR", "ABSTAIN"),
  weight: integer,
  reduced: integer,
  reason: text,
  time: integer,
});

/** What an account holds of a provider's pool. */
export const delegationEntity = entity("Delegation", "delegation", "delegations", {
  id: bytes,
  pool: one("DelegationPool", { id: bytes, assets: integer, shares: integer, epoch: integer, cutBps: int }),
  account: idOf("TokenHolder"),
  epoch: integer,
  shares: integer,
  exiting: integer,
});

/** What an account has of a token inside the market. */
export const balanceEntity = entity("MarketBalance", "marketBalance", "marketBalances", {
  id: bytes,
  token: bytes,
  account: bytes,
  amount: integer,
});

/** Totals of the whole protocol. */
export const protocolEntity = entity("Protocol", "protocol", "protocols", {
  id: key,
  schemaVersion: text,
  jobs: one("JobTotals", {
    ...{ posted: int, live: int, finalized: int, cancelled: int, expired: int, rejected: int, unresolved: int },
  }),
  stakes: one("StakeTotals", { own: integer, delegated: integer, locked: integer }),
  burned: integer,
  providers: int,
  requesters: int,
});

/** Jobs that ended, per token, by the hour or by the day. */
export const jobStatsEntity = entity("JobStats", "jobStats", "jobStats_collection", {
  id: int8,
  timestamp,
  token: bytes,
  ended: int,
  finalized: int,
  volume: decimal,
  fees: decimal,
  highest: decimal,
});
