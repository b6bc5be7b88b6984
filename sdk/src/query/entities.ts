import type { Entity } from "./entity.ts";
import {
  type Answer,
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

const job = {
  id: bytes,
  status: indexedJobStatus,
  requester: idOf("Requester"),
  terms: listOf(integer),
  spec: listOf(bytes),
  token: bytes,
  maxPrice: integer,
  minPrice: integer,
  bond: integer,
  claimBy: integer,
  steps: integer,
  programHash: bytes,
  provider: maybe(idOf("Provider")),
  price: maybe(integer),
  runRoot: maybe(bytes),
  finalState: maybe(bytes),
  output: maybe(bytes),
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
  { status: indexedJobStatus, actor: bytes, transaction: bytes, block: integer, time: integer },
  "first: 1000, orderBy: block",
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
  jobsPosted: int,
  jobsLive: int,
  jobsFinalized: int,
  jobsCancelled: int,
  jobsExpired: int,
  jobsRejected: int,
  jobsUnresolved: int,
  stake: integer,
  locked: integer,
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

export type IndexedJob = Answer<typeof job>;
export type IndexedJobWithTimeline = Answer<typeof jobWithTimeline.fields>;
export type IndexedProvider = Answer<typeof provider>;
export type IndexedProviderWithKeys = Answer<typeof providerWithKeys.fields>;
export type IndexedBalance = Answer<typeof balanceEntity.fields>;
export type IndexedProtocol = Answer<typeof protocolEntity.fields>;
export type IndexedJobStats = Answer<typeof jobStatsEntity.fields>;
