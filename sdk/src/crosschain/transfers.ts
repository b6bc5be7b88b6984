import { type Address, encodeFunctionData, type Hex, parseEventLogs, type TransactionReceipt } from "viem";
import { requireWallet } from "../context.ts";
import { AssayError } from "../errors.ts";
import { provideAllowance } from "../internal/allowance.ts";
import { read } from "../internal/read.ts";
import { type PreparedCall, type Sent, sendCall } from "../internal/send.ts";
import { decodeError } from "../revert/decodeError.ts";
import { bridgeAbi, clockOf, type End, endOf, otherSide, type RemoteContext, type Side } from "./context.ts";
import {
  explainTransfer,
  type IncomingStatus,
  incomingStatuses,
  type OutgoingStatus,
  outgoingStatuses,
  type Waiting,
} from "./explain.ts";
import { transferGas } from "./fees.ts";
import { feesAdded, type MessageStage, messageStage, messagesOf, type SentMessage } from "./messages.ts";

/** A transfer between chains, as the contracts take it. */
export interface Transfer {
  /** Who pays, on the sending chain; gets the refund. */
  from: Address;
  to: Address;
  /** smallest unit */
  amount: bigint;
  /** Unix time of the receiving chain; from the second after it the transfer can only be refused. */
  deadline: number;
  /** Gas of the call to `to`; 0 without data. */
  callGas: number;
  data: Hex;
}

/** The transfer that an event of the bridge tells of, which has its fields one by one. */
export function transferFrom({ from, to, amount, deadline, callGas, data }: Transfer): Transfer {
  return { from, to, amount, deadline, callGas, data };
}

/** Which transfer is meant: its number in its direction. */
export interface TransferRef {
  from: Side;
  number: bigint;
}

export interface TransferArgs {
  /** The chain on which the wallet pays. */
  from: Side;
  /** smallest unit of ASY */
  amount: bigint;
  /** Who gets it there; the wallet's own account when left out. */
  to?: Address | undefined;
  /** Unix time of the receiving chain; a day from now when left out. */
  deadline?: number | undefined;
  /** Wei for the relay; quoted when left out. */
  fee?: bigint | undefined;
}

/** A transfer that was sent. */
export interface SentTransfer extends Sent {
  number: bigint;
  transfer: Transfer;
}

const DAY = 86_400;

/** What the relay of a transfer from one chain to the other costs, wei of the sending chain. @param args.callGas gas of the receiver's call; 0 when left out */
export async function quoteRelay(
  context: RemoteContext,
  { from, callGas = 0 }: { from: Side; callGas?: number | undefined },
): Promise<{ fee: bigint; gas: bigint }> {
  const gas = transferGas(callGas);
  const source = endOf(context, from).axelar.name;
  const destination = endOf(context, otherSide(from)).axelar.name;
  return { fee: await context.fees.quote({ source, destination, gas }), gas };
}

/**
 * Sends ASY to the other chain. At home the bridge is allowed to take it first; a satellite's bridge needs no allowance.
 * @throws AssayError SDK-005, SDK-007, SDK-012, SDK-030
 */
export async function sendTransfer(context: RemoteContext, args: TransferArgs): Promise<SentTransfer> {
  const here = endOf(context, args.from);
  const there = endOf(context, otherSide(args.from));
  const { account } = requireWallet(here.context);
  const deadline = args.deadline ?? (await clockOf(there.context)) + DAY;
  const value = args.fee ?? (await quoteRelay(context, args)).fee;
  if (here.side === "home") {
    const need = { token: here.token, spender: here.bridge, amount: args.amount, method: "approve" } as const;
    await provideAllowance(here.context, need);
  }
  const call = bridgeCall(here, "send", [
    BigInt(there.chainId),
    args.to ?? account.address,
    args.amount,
    deadline,
    0,
    "0x",
  ]);
  const sent = await sendCall(here.context, { ...call, value });
  return { ...sent, ...transferIn(here, sent.receipt) };
}

/** Asks the other chain to refuse a transfer that it has not accepted. The sender at any time, anyone after the deadline. */
export async function recallTransfer(context: RemoteContext, ref: TransferRef): Promise<Sent> {
  const value = (await quoteRelay(context, ref)).fee;
  return sendCall(endOf(context, ref.from).context, { ...(await prepareTransferCall(context, "recall", ref)), value });
}

/** Sends a transfer again whose fate is not known: harmless if it has arrived. Anyone may. */
export async function resendTransfer(context: RemoteContext, ref: TransferRef): Promise<Sent> {
  const { callGas } = await transferOf(context, ref);
  const value = (await quoteRelay(context, { ...ref, callGas })).fee;
  return sendCall(endOf(context, ref.from).context, { ...(await prepareTransferCall(context, "resend", ref)), value });
}

/** Pays a refused transfer back to its sender. Anyone may. @throws AssayError SDK-030 */
export async function refundTransfer(context: RemoteContext, ref: TransferRef): Promise<Sent> {
  return sendCall(endOf(context, ref.from).context, await prepareTransferCall(context, "refund", ref));
}

/** Pays a queued transfer out at its receiver, or refuses it after its deadline. Anyone may. @throws AssayError SDK-030 */
export async function releaseTransfer(context: RemoteContext, ref: TransferRef): Promise<Sent> {
  const call = await prepareTransferCall(context, "release", ref);
  return sendCall(endOf(context, otherSide(ref.from)).context, call);
}

/** Tells the sender's chain what its receiver has decided. Anyone may. @throws AssayError SDK-030 */
export async function acknowledgeTransfer(context: RemoteContext, ref: TransferRef): Promise<Sent> {
  const from = otherSide(ref.from);
  const value = (await quoteRelay(context, { from })).fee;
  return sendCall(endOf(context, from).context, { ...(await prepareTransferCall(context, "acknowledge", ref)), value });
}

/** Calls about a transfer that exists. */
export type TransferCall = "recall" | "resend" | "refund" | "release" | "acknowledge";

/**
 * A call about a transfer, for the chain on which it is made: release and acknowledge at its receiver, the others at its
 * sender.
 * @throws AssayError SDK-027
 */
export async function prepareTransferCall(
  context: RemoteContext,
  name: TransferCall,
  ref: TransferRef,
): Promise<PreparedCall> {
  const here = endOf(context, name === "release" || name === "acknowledge" ? otherSide(ref.from) : ref.from);
  const chainId = BigInt(endOf(context, otherSide(here.side)).chainId);
  if (name === "acknowledge") return bridgeCall(here, "acknowledge", [chainId, [ref.number]]);
  return bridgeCall(here, name, [chainId, ref.number, await transferOf(context, ref)]);
}

/** What is known of a transfer on both chains, and what it waits for. */
export interface TransferStatus extends Waiting {
  from: Side;
  number: bigint;
  transfer: Transfer;
  outgoing: OutgoingStatus;
  incoming: IncomingStatus;
  /** The newest message that carries it. */
  message: (SentMessage & { stage: MessageStage; paid: bigint }) | undefined;
}

/** @throws AssayError SDK-027 when no event names the transfer */
export async function transferStatus(context: RemoteContext, { from, number }: TransferRef): Promise<TransferStatus> {
  const here = endOf(context, from);
  const there = endOf(context, otherSide(from));
  const [transfer, outgoing, incoming, now, message] = await Promise.all([
    transferOf(context, { from, number }),
    statusAt(here, there, "outgoingOf", number),
    statusAt(there, here, "incomingOf", number),
    clockOf(there.context),
    newestMessage(here, there, number),
  ]);
  const facts = {
    outgoing: outgoingStatuses[outgoing]!,
    incoming: incomingStatuses[incoming]!,
    deadline: transfer.deadline,
    now,
    stage: message?.stage,
  };
  return { from, number, transfer, message, ...facts, ...explainTransfer(facts) };
}

function statusAt(here: End, there: End, functionName: "outgoingOf" | "incomingOf", number: bigint): Promise<number> {
  const args = [BigInt(there.chainId), number] as const;
  return read(here.context, { abi: bridgeAbi, address: here.bridge, functionName, args });
}

/** A transfer's content, from its event. @throws AssayError SDK-027 */
export async function transferOf(context: RemoteContext, { from, number }: TransferRef): Promise<Transfer> {
  const here = endOf(context, from);
  const [log] = await eventsOf(here, endOf(context, otherSide(from)), "TransferSent", number);
  if (log) return transferFrom(log.args as Transfer);
  throw new AssayError("SDK-027", {
    message: `no transfer ${number} from ${from}`,
    found: `no event of the bridge on chain ${here.chainId}`,
    wanted: "its TransferSent event",
    hint: "Check number and direction, and that the endpoint keeps logs back to the deployment",
  });
}

function eventsOf(here: End, there: End, eventName: "TransferSent" | "TransferSentAgain", number: bigint) {
  const args = { chainId: BigInt(there.chainId), number };
  const filter = { address: here.bridge, abi: bridgeAbi, eventName, args, fromBlock: here.startBlock } as const;
  return here.context.publicClient.getContractEvents({ ...filter, strict: true }).catch((error: unknown) => {
    throw decodeError(error);
  }) as Promise<{ transactionHash: Hex; args: object }[]>;
}

async function newestMessage(here: End, there: End, number: bigint): Promise<TransferStatus["message"]> {
  const sent = await eventsOf(here, there, "TransferSent", number);
  const again = await eventsOf(here, there, "TransferSentAgain", number);
  const last = [...sent, ...again].at(-1);
  if (!last) return undefined;
  const { publicClient } = here.context;
  const receipt = await publicClient.getTransactionReceipt({ hash: last.transactionHash });
  const message = messageIn(here, receipt, number);
  if (!message) return undefined;
  const [stage, added] = await Promise.all([
    messageStage(there.context.publicClient, there.axelar.gateway, message),
    feesAdded(publicClient, here.axelar.gasService, message, here.startBlock),
  ]);
  return { ...message, stage, paid: message.paidAtOnce + added };
}

/** The gateway's event comes right before the bridge's own of the same transfer. */
function messageIn({ axelar, bridge }: End, receipt: TransactionReceipt, number: bigint): SentMessage | undefined {
  const events = parseEventLogs({
    abi: bridgeAbi,
    eventName: ["TransferSent", "TransferSentAgain"],
    logs: receipt.logs,
  });
  const own = events.find(
    ({ args, address }) => args.number === number && address.toLowerCase() === bridge.toLowerCase(),
  );
  const place = receipt.logs.findIndex(({ logIndex }) => logIndex === own?.logIndex);
  return messagesOf(axelar, receipt).findLast(({ index }) => index < place);
}

/** The transfer that a transaction of this end has sent. @throws AssayError SDK-024 */
export function transferIn({ bridge }: End, receipt: TransactionReceipt): { number: bigint; transfer: Transfer } {
  const events = parseEventLogs({ abi: bridgeAbi, eventName: "TransferSent", logs: receipt.logs });
  const own = events.find(({ address }) => address.toLowerCase() === bridge.toLowerCase());
  if (own) return { number: own.args.number, transfer: transferFrom(own.args) };
  throw new AssayError("SDK-024", {
    message: `transaction ${receipt.transactionHash} left no TransferSent event`,
    found: `${receipt.logs.length} other events`,
    wanted: "TransferSent",
    hint: "Check that the deployment file belongs to this chain and version",
  });
}

type BridgeArgs = {
  send: readonly [bigint, Address, bigint, number, number, Hex];
  acknowledge: readonly [bigint, readonly bigint[]];
} & Record<"recall" | "resend" | "refund" | "release", readonly [bigint, bigint, Transfer]>;

function bridgeCall<N extends keyof BridgeArgs>(here: End, functionName: N, args: BridgeArgs[N]): PreparedCall {
  const name = here.side === "home" ? "HomeBridge" : "SatelliteBridge";
  const data = encodeFunctionData({ abi: bridgeAbi, functionName, args } as Parameters<typeof encodeFunctionData>[0]);
  return { label: `${name}.${functionName}`, to: here.bridge, data, value: 0n };
}
