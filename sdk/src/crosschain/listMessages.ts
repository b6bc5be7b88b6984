import type { TransactionReceipt } from "viem";
import { mapBatched } from "../internal/read.ts";
import { decodeError } from "../revert/decodeError.ts";
import { axelarGatewayAbi } from "./axelar.ts";
import { endOf, type RemoteContext, type Side } from "./context.ts";
import { type MessageStatus, ownMessages, statusOf } from "./messageStatus.ts";

export interface ListMessagesArgs {
  /** One direction only; both when left out. */
  from?: Side | undefined;
  /** Executed ones too; only what is open when left out. */
  all?: boolean | undefined;
}

/**
 * The messages that the protocol's two adapters have sent each other, oldest first in each direction. Nobody else's are read: a
 * public gateway carries everybody's.
 * @throws AssayError
 */
export async function listMessages(
  context: RemoteContext,
  { from, all = false }: ListMessagesArgs = {},
): Promise<MessageStatus[]> {
  const found: MessageStatus[] = [];
  for (const side of from ? [from] : (["home", "satellite"] as const)) {
    const messages = (await receiptsFrom(context, side)).flatMap((receipt) => ownMessages(context, side, receipt));
    const statuses = await mapBatched(messages, (message) => statusOf(context, side, message));
    found.push(...statuses.filter(({ done }) => all || !done));
  }
  return found;
}

/** Of the transactions in which the side's adapter has sent something. */
async function receiptsFrom(context: RemoteContext, side: Side): Promise<TransactionReceipt[]> {
  const { axelar, adapter, context: chain, startBlock } = endOf(context, side);
  const { publicClient } = chain;
  try {
    const logs = await publicClient.getContractEvents({
      address: axelar.gateway,
      abi: axelarGatewayAbi,
      eventName: "ContractCall",
      args: { sender: adapter },
      fromBlock: startBlock,
      strict: true,
    });
    const hashes = [...new Set(logs.map(({ transactionHash }) => transactionHash))];
    return await mapBatched(hashes, (hash) => publicClient.getTransactionReceipt({ hash }));
  } catch (error) {
    throw decodeError(error);
  }
}
