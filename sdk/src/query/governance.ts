import type { Address } from "viem";
import type { AssayContext } from "../context.ts";
import type { IndexedDelegation, IndexedProposal, IndexedVote } from "./answers.ts";
import { delegationEntity, proposalEntity, voteEntity } from "./entities.ts";
import { fetchPage, type Page, type PageArgs } from "./entity.ts";
import { conditions, lower } from "./jobs.ts";

/** Proposals, the newest first, with their count of votes. */
export function queryProposals(context: AssayContext, args: PageArgs = {}): Promise<Page<IndexedProposal>> {
  return fetchPage(context, proposalEntity, { orderBy: "createdAt", direction: "desc" }, args);
}

export interface QueryVotesArgs extends PageArgs {
  voter?: Address | undefined;
  /** A proposal's number. */
  proposal?: bigint | undefined;
}

/** How accounts voted, with their reasons, the newest first. */
export function queryVotes(context: AssayContext, args: QueryVotesArgs = {}): Promise<Page<IndexedVote>> {
  const where = conditions({ voter: lower(args.voter), proposal: args.proposal?.toString() });
  return fetchPage(context, voteEntity, { where, orderBy: "time", direction: "desc" }, args);
}

export interface QueryDelegationsArgs extends PageArgs {
  /** Who delegated. */
  account?: Address | undefined;
  /** To whom. */
  provider?: Address | undefined;
}

/** Stake that accounts put behind providers. */
export function queryDelegations(
  context: AssayContext,
  args: QueryDelegationsArgs = {},
): Promise<Page<IndexedDelegation>> {
  const where = conditions({ account: lower(args.account), pool: lower(args.provider), shares_gt: "0" });
  return fetchPage(context, delegationEntity, { where }, args);
}
