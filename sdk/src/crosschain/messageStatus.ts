import { type Address, type Hex, isAddressEqual, type TransactionReceipt } from "viem";
import { requireWallet } from "../context.ts";
import { AssayError } from "../errors.ts";
import { type Sent, sendCall } from "../internal/send.ts";
import { decodeError } from "../revert/decodeError.ts";
import { clockOf, endOf, otherSide, type RemoteContext, type Side } from "./context.ts";
import type { Waiting } from "./explain.ts";
import { relayGas } from "./fees.ts";
import {
  feesAdded,
  type MessageStage,
  messageStage,
  messagesOf,
  prepareAddFee,
  prepareExecuteMessage,
  type SentMessage,
} from "./messages.ts";

/** Which message is meant: `<transaction hash>-<index>`, or the transaction when it sent only one. */
export interface MessageRef {
  from: Side;
  id: string;
}

/** Where a message between the gateways is. */
export interface MessageStatus extends Waiting {
  from: Side;
  message: SentMessage;
  stage: MessageStage;
  /** Wei paid for its relay, and what the relay asks now: nothing once it has approved the message. */
  paid: bigint;
  wanted: bigint;
  /** Clock of the destination, Unix seconds. */
  now: number;
}

/**
 * Where a message is, what it waits for and who can help. A transfer's deadline is in `transferStatus`.
 * @throws AssayError SDK-027 when the transaction has sent no such message
 */
export async function messageStatus(context: RemoteContext, ref: MessageRef): Promise<MessageStatus> {
  return statusOf(context, ref.from, await findMessage(context, ref));
}

/** The same of a message that is at hand. @throws AssayError */
export async function statusOf(context: RemoteContext, from: Side, message: SentMessage): Promise<MessageStatus> {
  const here = endOf(context, from);
  const there = endOf(context, otherSide(from));
  const route = { source: here.axelar.name, destination: there.axelar.name, gas: relayGas(message.payload) };
  const [stage, added, now] = await Promise.all([
    messageStage(there.context.publicClient, there.axelar.gateway, message),
    feesAdded(here.context.publicClient, here.axelar.gasService, message, here.startBlock),
    clockOf(there.context),
  ]);
  const wanted = stage === "sent" ? await context.fees.quote(route) : 0n;
  const paid = message.paidAtOnce + added;
  return { from, message, stage, paid, wanted, now, ...explainMessage({ stage, paid, wanted }) };
}

/** What the protocol's adapter on one side has sent to the other in a transaction; everybody else's messages are left out. */
export function ownMessages(context: RemoteContext, from: Side, receipt: TransactionReceipt): SentMessage[] {
  const { axelar, adapter } = endOf(context, from);
  const there = endOf(context, otherSide(from)).axelar.name;
  return messagesOf(axelar, receipt).filter(
    ({ sourceAddress, destinationChain }) =>
      isAddressEqual(sourceAddress as Address, adapter) && destinationChain === there,
  );
}

/** What a message waits for. Depends on nothing but its arguments. */
export function explainMessage({ stage, paid, wanted }: Pick<MessageStatus, "stage" | "paid" | "wanted">): Waiting {
  if (stage === "executed") return { done: true, waitsFor: "nothing: it was executed", next: [] };
  if (stage === "approved") {
    return { done: false, waitsFor: "anyone's call that executes it", next: [{ step: "execute", by: "anyone" }] };
  }
  const missing = wanted > paid ? `, which wants ${wanted - paid} wei more for it` : "";
  return { done: false, waitsFor: `the relay's approval${missing}`, next: [{ step: "relay", by: "anyone" }] };
}

/** A message of the protocol by its id, from its transaction. @throws AssayError SDK-027 */
export async function findMessage(context: RemoteContext, { from, id }: MessageRef): Promise<SentMessage> {
  const { context: chain, chainId } = endOf(context, from);
  const [hash = "", index] = id.split("-");
  const receipt = /^0x[0-9a-f]{64}$/i.test(hash)
    ? await chain.publicClient.getTransactionReceipt({ hash: hash as Hex }).catch((error: unknown) => {
        const known = decodeError(error);
        if (known.kind === "retryable") throw known;
        return undefined;
      })
    : undefined;
  const messages = receipt ? ownMessages(context, from, receipt) : [];
  const found =
    index === undefined && messages.length === 1 ? messages[0] : messages.find(({ messageId }) => messageId === id);
  if (found) return found;
  throw new AssayError("SDK-027", {
    message: `no message ${id} from ${from}`,
    found: receipt
      ? `of the protocol's messages ${messages.map((each) => each.messageId).join(", ") || "none"}`
      : `no such transaction on chain ${chainId}`,
    wanted: "the id of a message of the protocol, <transaction hash>-<index>",
    hint: "Check the id and the direction",
  });
}

/**
 * Adds to what was paid for a message's relay. Anyone may.
 * @param ref.amount wei; what is missing when left out
 * @throws AssayError SDK-005, SDK-006 when nothing is missing, SDK-027
 */
export async function payMessage(
  context: RemoteContext,
  ref: MessageRef & { amount?: bigint | undefined },
): Promise<Sent> {
  const { message, paid, wanted } = await messageStatus(context, ref);
  const { context: chain, axelar } = endOf(context, ref.from);
  const value = ref.amount ?? wanted - paid;
  if (value <= 0n) {
    throw new AssayError("SDK-006", {
      message: "nothing is missing for the relay of this message",
      found: `${paid} wei paid`,
      wanted: `less than ${wanted} wei paid`,
      hint: "Name an amount to add all the same",
    });
  }
  const refundTo = requireWallet(chain).account.address;
  return sendCall(chain, prepareAddFee(axelar.gasService, message, { value, refundTo }));
}

/**
 * Hands an approved message to its receiver. Anyone may.
 * @throws AssayError SDK-005, SDK-027, SDK-030 and SDK-031 when the receiver or its gateway refuses it
 */
export async function executeMessage(context: RemoteContext, ref: MessageRef): Promise<Sent> {
  const message = await findMessage(context, ref);
  return sendCall(endOf(context, otherSide(ref.from)).context, prepareExecuteMessage(message));
}
