import { type Address, isAddressEqual } from "viem";
import { jobMarketplaceAbi } from "../abis.ts";
import { packJobSpec } from "../codec/jobSpec.ts";
import { packJobTerms } from "../codec/jobTerms.ts";
import type { JobTerms } from "../codec/types.ts";
import type { AssayContext } from "../context.ts";
import { AssayError } from "../errors.ts";
import { marketCall } from "../internal/call.ts";
import { marketAddress } from "../internal/jobEvents.ts";
import { read } from "../internal/read.ts";
import type { PreparedCall } from "../internal/send.ts";
import { type PostJobArgs, type PreparedJob, prepareTerms } from "./prepareTerms.ts";

/** A posting that is ready to be sent, and what it will be known as. */
export type PreparedPosting = PreparedCall & PreparedJob;

/**
 * Completes the terms from the chain (`prepareTerms`) and makes the call that posts the job. Sends nothing.
 * @throws AssayError SDK-001 for a field out of range, SDK-010 when the price is above the in-market balance, SDK-011,
 *   SDK-013
 */
export async function preparePostJob(context: AssayContext, args: PostJobArgs): Promise<PreparedPosting> {
  const job = await prepareTerms(context, args);
  await requireBalance(context, [job.terms]);
  return { ...marketCall(context, "postJob", [packJobTerms(job.terms), packJobSpec(job.spec)]), ...job };
}

/**
 * Makes sure that the requester's in-market balance covers the maximum prices of jobs in one token or several.
 * @throws AssayError SDK-010 naming the first token that falls short
 */
export async function requireBalance(context: AssayContext, jobs: readonly JobTerms[]): Promise<void> {
  const market = { abi: jobMarketplaceAbi, address: marketAddress(context), functionName: "balanceOf" } as const;
  const tokens = new Map<Address, JobTerms[]>();
  for (const terms of jobs) {
    const token = [...tokens.keys()].find((known) => isAddressEqual(known, terms.token)) ?? terms.token;
    tokens.set(token, [...(tokens.get(token) ?? []), terms]);
  }
  for (const [token, group] of tokens) {
    const requester = group[0]!.requester;
    const wanted = group.reduce((sum, { maxPrice }) => sum + maxPrice, 0n);
    const found = await read(context, { ...market, args: [token, requester] });
    if (found >= wanted) continue;
    throw new AssayError("SDK-010", {
      message: `the price is above the in-market balance of ${requester}`,
      found: `${found}`,
      wanted: `${wanted} (maxPrice)`,
      hint: `Deposit ${wanted - found} more of token ${token}`,
    });
  }
}
