import { BaseError, type Hash, type Hex, type TransactionReceipt } from "viem";
import { DaemonError } from "./errors.ts";
import type { TxEntry } from "./journal.ts";

/** A transaction that is in a block and reverted. */
export class TxRevertedError extends DaemonError {
  override readonly name = "TxRevertedError";
  readonly hash: Hash;
  readonly receipt: TransactionReceipt | undefined;
  /** The revert's return data, for the caller's ABI to decode, when the chain still knows it. */
  readonly data: Hex | undefined;
  constructor(entry: TxEntry, hash: Hash, reason: string, receipt?: TransactionReceipt, data?: Hex) {
    super("DK-032", "the transaction reverted", {
      kind: "Fatal",
      found: `${reason}, in ${hash} (${entry.key})`,
      wanted: "a transaction that succeeds, as its simulation did",
      hint: "the chain changed between simulation and block: read the state again and decide anew, under a new key",
    });
    this.hash = hash;
    this.receipt = receipt;
    this.data = data;
  }
}

/** A call that would do less than it was meant to by now, or whose time is over: it was not sent, or not again. */
export class OvertakenError extends DaemonError {
  override readonly name = "OvertakenError";
  constructor(key: string) {
    super("DK-069", "somebody else was faster", {
      kind: "Retryable",
      found: `${key}, which would not do all it was meant to do now, or is out of its turn`,
      wanted: "a transaction that is worth its gas",
      hint: "nothing was sent: read the state again and decide anew",
    });
  }
}

/** @returns the revert data inside any error of viem, if there is some */
export function revertDataOf(error: unknown): Hex | undefined {
  if (!(error instanceof BaseError)) return undefined;
  let data: Hex | undefined;
  error.walk((e) => {
    const found = e instanceof Error && "data" in e ? e.data : undefined;
    if (typeof found === "string" && found.startsWith("0x")) data = found as Hex;
    return false;
  });
  return data;
}

export function insufficientFunds(from: string, found: string, wanted: string, cause?: unknown): DaemonError {
  return new DaemonError("DK-033", "not enough of the chain's coin to pay for gas", {
    kind: "UserFault",
    found: `${found} in ${from}`,
    wanted,
    hint: `send coins to ${from}`,
    cause,
  });
}

export function replaced(entry: TxEntry): DaemonError {
  return new DaemonError("DK-034", "another transaction took the nonce", {
    kind: "Retryable",
    found: `nonce ${entry.nonce} of ${entry.from} used by a transaction that is not ${entry.key}`,
    wanted: "an account that only this daemon sends from",
    hint: "nothing was sent twice; it may be sent again. Give each daemon its own account",
  });
}

export function gaveUp(entry: TxEntry, blocks: bigint): DaemonError {
  return new DaemonError("DK-035", "the transaction does not get into a block", {
    kind: "Retryable",
    found: `${entry.key} pending for ${blocks} blocks after ${entry.attempts.length} versions`,
    wanted: "a place in a block",
    hint: "raise the fee ceiling, or wait: sending the same key again goes on watching and bumping",
  });
}

export function tooDear(found: bigint, ceiling: bigint): DaemonError {
  return new DaemonError("DK-036", "gas costs more than the ceiling allows", {
    kind: "Retryable",
    found: `${found} wei per gas`,
    wanted: `at most ${ceiling} wei per gas`,
    hint: "wait until gas is cheaper, or raise the ceiling",
  });
}

export function otherChain(found: string, wanted: string): DaemonError {
  return new DaemonError("DK-037", "the journal belongs to another chain", {
    kind: "UserFault",
    found: `a chain whose first block is ${found}`,
    wanted: wanted,
    hint: "correct the RPC URL; if the chain was started anew on purpose, delete the journal",
  });
}

export function refusedByNode(key: string, cause: unknown): DaemonError {
  return new DaemonError("DK-038", "the RPC refused the transaction", {
    kind: "Fatal",
    found: `${cause instanceof BaseError ? cause.shortMessage : String(cause)} (${key})`,
    wanted: "a transaction the chain takes",
    hint: "see the reason the RPC gave; nothing is pending",
    cause,
  });
}
