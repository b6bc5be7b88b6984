import type { Address, TransactionReceipt } from "viem";
import { packJobTerms } from "../codec/jobTerms.ts";
import { unpackRunWord } from "../codec/runWord.ts";
import type { JobTerms } from "../codec/types.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { marketCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface ClaimArgs {
  terms: JobTerms;
  /** Whose stake is locked and who is paid; the wallet's account when left out. */
  provider?: Address;
}

/** The call that claims an open job. */
export function prepareClaim(context: AssayContext, { terms, provider }: ClaimArgs): PreparedCall {
  return marketCall(context, "claim", [packJobTerms(terms), accountOr(context, provider)]);
}

/**
 * Claims an open job for a provider: locks its bond, draws the nonce, fixes the price.
 * @returns provider, claimer, price, nonce, claimedAt and the run word that `submitResult` takes
 * @throws AssayError of kind `stale` when another provider was faster (`Market_StaleJob`) or the time is over;
 *   `Staking_InsufficientFreeStake` when the stake does not cover the bond;
 *   `Staking_OverExposed` when an operator would keep more locked than the owner exposes
 */
export const claimJob = sendingAction(prepareClaim, (context, receipt) => claimOutcome(context, receipt));

/** What a transaction's JobClaimed says. */
export function claimOutcome(context: AssayContext, receipt: TransactionReceipt) {
  const {
    provider,
    claimer,
    price,
    nonce,
    run: word,
  } = outcomeOf(context, receipt, "JobMarketplace", "JobClaimed").args;
  const run = unpackRunWord(word);
  return { provider, claimer, price, nonce, claimedAt: run.claimedAt, run };
}
