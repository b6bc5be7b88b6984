import {
  type Address,
  encodeFunctionData,
  type Hex,
  isAddressEqual,
  type PublicClient,
  parseEventLogs,
  type TransactionReceipt,
} from "viem";
import type { AxelarEnd } from "../deployment.ts";
import type { PreparedCall } from "../internal/send.ts";
import {
  asAxelarAddress,
  axelarExecutableAbi,
  axelarGasServiceAbi,
  axelarGatewayAbi,
  commandIdOf,
  type GatewayMessage,
  messageIdOf,
} from "./axelar.ts";

/** A message and the transaction that sent it. */
export interface SentMessage extends GatewayMessage {
  transactionHash: Hex;
  /** Of its event among the transaction's. */
  index: number;
  /** Wei paid for its relay in the same transaction. */
  paidAtOnce: bigint;
}

/** The messages of one transaction, each with what was paid for it in the same transaction. */
export function messagesOf({ name, gateway, gasService }: AxelarEnd, receipt: TransactionReceipt): SentMessage[] {
  const payments = parseEventLogs({
    abi: axelarGasServiceAbi,
    eventName: "NativeGasPaidForContractCall",
    logs: receipt.logs.filter(({ address }) => isAddressEqual(address, gasService)),
  });
  return receipt.logs.flatMap((log, index) => {
    if (!isAddressEqual(log.address, gateway)) return [];
    const [call] = parseEventLogs({ abi: axelarGatewayAbi, eventName: "ContractCall", logs: [log] });
    if (!call) return [];
    const { sender, destinationChain, destinationContractAddress, payloadHash, payload } = call.args;
    // a payment comes before its call, and is for one call only
    const paid = payments.findIndex(
      ({ args, logIndex }) =>
        logIndex < log.logIndex && isAddressEqual(args.sourceAddress, sender) && args.payloadHash === payloadHash,
    );
    const paidAtOnce = paid < 0 ? 0n : payments.splice(paid, 1)[0]!.args.gasFeeAmount;
    return [
      {
        sourceChain: name,
        destinationChain,
        messageId: messageIdOf(receipt.transactionHash, index),
        sourceAddress: asAxelarAddress(sender),
        contractAddress: destinationContractAddress as Address,
        ...{ payloadHash, payload, paidAtOnce, index },
        transactionHash: receipt.transactionHash,
      },
    ];
  });
}

/** How far a message is at its destination. */
export type MessageStage = "sent" | "approved" | "executed";

/** @param client of the destination @param gateway there */
export async function messageStage(
  client: Pick<PublicClient, "readContract">,
  gateway: Address,
  message: GatewayMessage,
): Promise<MessageStage> {
  const { sourceChain, messageId, sourceAddress, contractAddress, payloadHash } = message;
  const read = { address: gateway, abi: axelarGatewayAbi } as const;
  const executed = { ...read, functionName: "isMessageExecuted", args: [sourceChain, messageId] } as const;
  if (await client.readContract(executed)) return "executed";
  const args = [sourceChain, messageId, sourceAddress, contractAddress, payloadHash] as const;
  return (await client.readContract({ ...read, functionName: "isMessageApproved", args })) ? "approved" : "sent";
}

/** Wei that was added to a message's fee after it was sent. @param client of its source */
export async function feesAdded(
  client: Pick<PublicClient, "getContractEvents">,
  gasService: Address,
  { transactionHash, index }: Pick<SentMessage, "transactionHash" | "index">,
  fromBlock: bigint,
): Promise<bigint> {
  const logs = await client.getContractEvents({
    address: gasService,
    abi: axelarGasServiceAbi,
    eventName: "NativeGasAdded",
    args: { txHash: transactionHash, logIndex: BigInt(index) },
    fromBlock,
    strict: true,
  });
  return logs.reduce((sum, { args }) => sum + args.gasFeeAmount, 0n);
}

/** The call that hands an approved message to its receiver; anyone may make it. */
export function prepareExecuteMessage(message: GatewayMessage): PreparedCall {
  const { sourceChain, messageId, sourceAddress, contractAddress, payload } = message;
  const args = [commandIdOf(sourceChain, messageId), sourceChain, sourceAddress, payload] as const;
  const data = encodeFunctionData({ abi: axelarExecutableAbi, functionName: "execute", args });
  return { label: "AxelarExecutable.execute", to: contractAddress, data, value: 0n };
}

/** The call that adds to a message's fee at its source; anyone may make it. @param value wei */
export function prepareAddFee(
  gasService: Address,
  { transactionHash, index }: Pick<SentMessage, "transactionHash" | "index">,
  { value, refundTo }: { value: bigint; refundTo: Address },
): PreparedCall {
  const args = [transactionHash, BigInt(index), refundTo] as const;
  const data = encodeFunctionData({ abi: axelarGasServiceAbi, functionName: "addNativeGas", args });
  return { label: "AxelarGasService.addNativeGas", to: gasService, data, value };
}
