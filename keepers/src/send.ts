import { DaemonError, OvertakenError, TxRevertedError } from "@assay/daemon-kit";
import type { TransactionReceipt } from "viem";
import type { KeeperContext } from "./bot.ts";
import { botOf } from "./budget.ts";

/**
 * Sends a call under its key and books its fee, whether it succeeds or reverts. The sender simulates it on the pending
 * state first: what another keeper has already done costs nothing.
 * @throws as the sender: the simulation's revert, DK-032 to DK-040
 */
export async function sendCharged(
  context: KeeperContext,
  request: Parameters<KeeperContext["sender"]["send"]>[0],
): Promise<TransactionReceipt> {
  const charge = (receipt: TransactionReceipt) => {
    const wei = context.budget.charge(request.key, receipt);
    context.metrics.gasSpent.inc({ bot: botOf(request.key) }, Number(wei) / 1e18);
  };
  try {
    const receipt = await context.sender.send(request);
    charge(receipt);
    return receipt;
  } catch (error) {
    if (error instanceof TxRevertedError && error.receipt) charge(error.receipt);
    throw error;
  }
}

/**
 * Whether a deed was not done, for nothing that speaks against it: it was too late, its number went to another transaction, or the chain
 * did not know yet what was sent before.
 */
export function isToBeDecidedAnew(error: unknown): boolean {
  if (error instanceof OvertakenError) return true;
  return error instanceof DaemonError && (error.code === "DK-034" || error.code === "DK-071");
}
