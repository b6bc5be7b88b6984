import { type Address, encodeFunctionData } from "viem";
import { treasuryAbi } from "../abis.ts";
import type { AssayContext } from "../context.ts";
import { requireContract } from "../deployment.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

/** The call that brings the treasury what the market holds for it. Anyone may send it. */
export function prepareFetchTreasuryFees({ deployment }: AssayContext, { token }: { token: Address }): PreparedCall {
  const to = requireContract(deployment, "Treasury").address;
  const data = encodeFunctionData({ abi: treasuryAbi, functionName: "fetchFees", args: [token] });
  return { label: "Treasury.fetchFees", to, data, value: 0n };
}

/**
 * Brings the treasury its fees in one token. Anyone may do it.
 * @returns the amount, smallest unit of the token
 * @throws AssayError SDK-030 (`Treasury_ZeroAmount`)
 */
export const fetchTreasuryFees = sendingAction(prepareFetchTreasuryFees, (context, receipt) => {
  const { amount } = outcomeOf(context, receipt, "Treasury", "FeesFetched").args;
  return { amount };
});
