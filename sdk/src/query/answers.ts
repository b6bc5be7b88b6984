import type {
  balanceEntity,
  delegationEntity,
  disputeEntity,
  jobEntity,
  jobStatsEntity,
  jobWithTimeline,
  proposalEntity,
  protocolEntity,
  providerEntity,
  providerWithKeys,
  slashEntity,
  voteEntity,
} from "./entities.ts";
import type { Answer } from "./fields.ts";

// What the queries of each kind of entity answer with.
export type IndexedJob = Answer<typeof jobEntity.fields>;
export type IndexedJobWithTimeline = Answer<typeof jobWithTimeline.fields>;
export type IndexedProvider = Answer<typeof providerEntity.fields>;
export type IndexedProviderWithKeys = Answer<typeof providerWithKeys.fields>;
export type IndexedDispute = Answer<typeof disputeEntity.fields>;
export type IndexedSlash = Answer<typeof slashEntity.fields>;
export type IndexedProposal = Answer<typeof proposalEntity.fields>;
export type IndexedVote = Answer<typeof voteEntity.fields>;
export type IndexedDelegation = Answer<typeof delegationEntity.fields>;
export type IndexedBalance = Answer<typeof balanceEntity.fields>;
export type IndexedProtocol = Answer<typeof protocolEntity.fields>;
export type IndexedJobStats = Answer<typeof jobStatsEntity.fields>;
