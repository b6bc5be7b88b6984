import { DaemonError, OvertakenError, type TxEntry, type TxRequest, TxRevertedError } from "@assay/daemon-kit";
import { isAddressEqual, type TransactionReceipt } from "viem";
import type { KeeperContext } from "./bot.ts";
import { botOf } from "./budget.ts";

/**
 * Sends a call under its key and books its fee, whether it succeeds or reverts. The sender simulates it on the pending
 * state first: what another keeper has already done costs nothing.
 * @throws as the sender: the simulation's revert, DK-032 to DK-040
 */
export async function sendCharged(context: KeeperContext, request: TxRequest): Promise<TransactionReceipt> {
  const charge = (receipt: TransactionReceipt) => {
    const wei = context.budget.charge(request.key, receipt);
    context.metrics.gasSpent.inc({ bot: botOf(request.key) }, Number(wei) / 1e18);
  };
  try {
    const receipt = await context.sender.send({ overlaps: sameCall(request), ...request });
    charge(receipt);
    return receipt;
  } catch (error) {
    if (error instanceof TxRevertedError && error.receipt) charge(error.receipt);
    throw error;
  }
}

/** The same call under another key is the same deed, but for another time. */
function sameCall({ key, to, data = "0x" }: TxRequest): (open: TxEntry) => boolean {
  return (open) => open.key !== key && isAddressEqual(open.to, to) && open.data === data;
}

/** Whether a deed was not done, for nothing that speaks against it: it was too late, or its number went to another transaction. */
export function isToBeDecidedAnew(error: unknown): boolean {
  return error instanceof OvertakenError || (error instanceof DaemonError && error.code === "DK-034");
}
