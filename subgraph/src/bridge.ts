import { BigInt, ethereum } from "@graphprotocol/graph-ts";
import {
  LimitSet,
  PauseSet,
  RecallSent,
  ReceiptsSent,
  TransferAccepted,
  TransferQueued,
  TransferRefused,
  TransferSent,
  TransferSentAgain,
  TransferSettled,
} from "../generated/LinkedBridge/LinkedBridge";
import { BridgeMessage, BridgeTransfer } from "../generated/schema";
import { logId, position } from "./log";
import { setParameter } from "./parameters";

const BRIDGE = "LinkedBridge";
/** What became of an outgoing transfer, by its number in contracts/crosschain/ILinkedBridge.sol. */
const OUTGOING: string[] = ["SENT", "SENT", "ACCEPTED", "REFUSED", "RETURNED"];
const OUT = "OUT";
const IN = "IN";

export function handleTransferSent(event: TransferSent): void {
  const sent = transferOf(OUT, event.params.chainId, event.params.number, event);
  sent.status = "SENT";
  sent.from = event.params.from;
  sent.to = event.params.to;
  sent.amount = event.params.amount;
  sent.deadline = event.params.deadline;
  sent.callGas = event.params.callGas;
  sent.data = event.params.data;
  step(sent, "SENT", event);
}

export function handleTransferSentAgain(event: TransferSentAgain): void {
  step(transferOf(OUT, event.params.chainId, event.params.number, event), "SENT_AGAIN", event);
}

export function handleRecallSent(event: RecallSent): void {
  step(transferOf(OUT, event.params.chainId, event.params.number, event), "RECALL_SENT", event);
}

export function handleTransferSettled(event: TransferSettled): void {
  const sent = transferOf(OUT, event.params.chainId, event.params.number, event);
  sent.status = OUTGOING[event.params.status];
  sent.decidedAt = event.block.timestamp;
  step(sent, "SETTLED", event);
}

export function handleTransferQueued(event: TransferQueued): void {
  const seen = transferOf(IN, event.params.chainId, event.params.number, event);
  seen.status = "QUEUED";
  seen.from = event.params.from;
  seen.to = event.params.to;
  seen.amount = event.params.amount;
  seen.deadline = event.params.deadline;
  seen.callGas = event.params.callGas;
  seen.data = event.params.data;
  step(seen, "QUEUED", event);
}

export function handleTransferAccepted(event: TransferAccepted): void {
  const seen = transferOf(IN, event.params.chainId, event.params.number, event);
  seen.status = "ACCEPTED";
  seen.to = event.params.to;
  seen.amount = event.params.amount;
  seen.decidedAt = event.block.timestamp;
  step(seen, "ACCEPTED", event);
}

export function handleTransferRefused(event: TransferRefused): void {
  const seen = transferOf(IN, event.params.chainId, event.params.number, event);
  seen.status = "REFUSED";
  seen.reason = event.params.reason;
  seen.decidedAt = event.block.timestamp;
  step(seen, "REFUSED", event);
}

export function handleReceiptsSent(event: ReceiptsSent): void {
  const numbers = event.params.numbers;
  for (let i = 0; i < numbers.length; i++) {
    step(transferOf(IN, event.params.chainId, numbers[i], event), "RECEIPT_SENT", event, i);
  }
}

export function handleLimitSet(event: LimitSet): void {
  const chain = event.params.chainId.toString();
  setParameter(BRIDGE, "capacity", chain, event.params.capacity.toString(), event);
  setParameter(BRIDGE, "window", chain, event.params.window.toString(), event);
}

export function handleBridgePauseSet(event: PauseSet): void {
  setParameter(BRIDGE, "pauseBits", "", event.params.current.toString(), event);
}

function transferOf(direction: string, chain: BigInt, number: BigInt, event: ethereum.Event): BridgeTransfer {
  const id = direction.toLowerCase() + "." + chain.toString() + "." + number.toString();
  let found = BridgeTransfer.load(id);
  if (!found) {
    found = new BridgeTransfer(id);
    found.bridge = event.address;
    found.direction = direction;
    found.chain = chain;
    found.number = number;
    found.status = direction == OUT ? "SENT" : "QUEUED";
    found.startedAt = event.block.timestamp;
  }
  return found;
}

/** @param part the transfer's place among those that one log tells of */
function step(transfer: BridgeTransfer, kind: string, event: ethereum.Event, part: i32 = 0): void {
  transfer.save();
  const message = new BridgeMessage(logId(event).concatI32(part));
  message.transfer = transfer.id;
  message.kind = kind;
  message.status = transfer.status;
  message.position = position(event);
  message.transaction = event.transaction.hash;
  message.time = event.block.timestamp;
  message.save();
}
