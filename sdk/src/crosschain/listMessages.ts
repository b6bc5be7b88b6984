import { mapBatched } from "../internal/read.ts";
import { decodeError } from "../revert/decodeError.ts";
import { axelarGatewayAbi } from "./axelar.ts";
import { endOf, otherSide, type RemoteContext, type Side } from "./context.ts";
import { type MessageStatus, messageStatus } from "./messageStatus.ts";
import { messagesOf } from "./messages.ts";

export interface ListMessagesArgs {
  /** One direction only; both when left out. */
  from?: Side | undefined;
  /** Executed ones too; only what is open when left out. */
  all?: boolean | undefined;
}

/** The messages that the two gateways have emitted for each other, oldest first in each direction. @throws AssayError */
export async function listMessages(
  context: RemoteContext,
  { from, all = false }: ListMessagesArgs = {},
): Promise<MessageStatus[]> {
  const found: MessageStatus[] = [];
  for (const side of from ? [from] : (["home", "satellite"] as const)) {
    const statuses = await mapBatched(await idsFrom(context, side), (id) => messageStatus(context, { from: side, id }));
    found.push(...statuses.filter(({ done }) => all || !done));
  }
  return found;
}

async function idsFrom(context: RemoteContext, side: Side): Promise<string[]> {
  const { axelar, context: chain, startBlock } = endOf(context, side);
  const { publicClient } = chain;
  const there = endOf(context, otherSide(side)).axelar.name;
  try {
    const logs = await publicClient.getContractEvents({
      address: axelar.gateway,
      abi: axelarGatewayAbi,
      eventName: "ContractCall",
      fromBlock: startBlock,
      strict: true,
    });
    const hashes = [...new Set(logs.map(({ transactionHash }) => transactionHash))];
    const receipts = await mapBatched(hashes, (hash) => publicClient.getTransactionReceipt({ hash }));
    return receipts.flatMap((receipt) =>
      messagesOf(axelar, receipt).flatMap(({ destinationChain, messageId }) =>
        destinationChain === there ? [messageId] : [],
      ),
    );
  } catch (error) {
    throw decodeError(error);
  }
}
