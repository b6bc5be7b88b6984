import type { Address, Hash, Hex, TransactionReceipt } from "viem";
import { type AssayContext, type ChainContext, requireChain, requireWallet } from "../context.ts";
import { AssayError } from "../errors.ts";
import { decodeError } from "../revert/decodeError.ts";

/** A call that is ready to be journaled, simulated and sent, by this package or by any other sender. */
export interface PreparedCall {
  /** What it does, for logs and journals: `JobMarketplace.claim`. */
  label: string;
  to: Address;
  data: Hex;
  /** Wei; 0 for every call of the protocol today. */
  value: bigint;
}

/** A transaction that was mined without a revert. */
export interface Sent {
  hash: Hash;
  receipt: TransactionReceipt;
}

/**
 * Runs a call against the latest state without sending it.
 * @param from the sender; the wallet's account when left out
 * @returns the returned bytes
 * @throws AssayError with the contract's reason (SDK-030 to 033) or the endpoint's (SDK-040 to 046)
 */
export async function simulateCall(context: ChainContext, call: PreparedCall, from?: Address): Promise<Hex> {
  const account = from ?? requireWallet(context).account;
  try {
    await requireChain(context);
    const { data } = await context.publicClient.call({ account, to: call.to, data: call.data, value: call.value });
    return data ?? "0x";
  } catch (error) {
    throw decodeError(error);
  }
}

/** For two records of votes. */
const SPARE_GAS = 50_000n;

/**
 * The gas limit of a call: more than it is estimated to take. A record of votes that was written in the very second of the block
 * that the estimate stands on is overwritten there, and a new one by the time the call is mined: that is 22,000 gas more.
 */
async function gasLimit({ publicClient }: ChainContext, call: PreparedCall, account: Address): Promise<bigint> {
  const { to, data, value } = call;
  return ((await publicClient.estimateGas({ account, to, data, value })) * 5n) / 4n + SPARE_GAS;
}

/**
 * Simulates a call, sends it from the wallet and waits until it is mined.
 * @throws AssayError as `simulateCall`; SDK-045 with the hash when the receipt was not seen; SDK-034 when it reverted although the simulation passed
 */
export async function sendCall(context: ChainContext, call: PreparedCall): Promise<Sent> {
  const { walletClient, account } = requireWallet(context);
  await simulateCall(context, call);
  const { to, data, value } = call;
  const hash = await gasLimit(context, call, account.address)
    .then((gas) => walletClient.sendTransaction({ account, chain: walletClient.chain ?? null, to, data, value, gas }))
    .catch((error: unknown) => {
      throw decodeError(error);
    });
  const receipt = await context.publicClient.waitForTransactionReceipt({ hash }).catch((error: unknown) => {
    throw receiptUnseen(call, hash, error);
  });
  if (receipt.status === "reverted") throw await minedRevert(context, call, account.address, receipt);
  return { hash: receipt.transactionHash, receipt };
}

/** After sending, every trouble is this one: the transaction may be mined whatever the endpoint says. */
function receiptUnseen(call: PreparedCall, hash: Hash, error: unknown): AssayError {
  return new AssayError("SDK-045", {
    message: `${call.label} was sent as transaction ${hash}, but its receipt was not seen`,
    found: decodeError(error).code,
    hint: "It may be mined: look it up by its hash before sending another",
    transactionHash: hash,
    cause: error,
  });
}

/** Repeats the call on top of the block it reverted in, to learn the reason. */
async function minedRevert(
  context: ChainContext,
  call: PreparedCall,
  from: Address,
  receipt: TransactionReceipt,
): Promise<AssayError> {
  const reason = await context.publicClient
    .call({ account: from, to: call.to, data: call.data, value: call.value, blockNumber: receipt.blockNumber })
    .then(() => undefined, decodeError);
  return new AssayError("SDK-034", {
    message: `${call.label} was mined in block ${receipt.blockNumber} but reverted (transaction ${receipt.transactionHash})`,
    hint: reason ? `Reason: ${reason.message}` : "The state changed between simulation and mining: look at it again",
    revert: reason?.revert,
    transactionHash: receipt.transactionHash,
    cause: reason,
  });
}

/**
 * Makes an action that sends a prepared call: simulate, send, wait, then read the outcome from the receipt.
 * @param prepare the call for given arguments
 * @param outcome what the action returns beside hash and receipt
 */
export function sendingAction<Args, Outcome extends object = object>(
  prepare: (context: AssayContext, args: Args) => PreparedCall,
  outcome?: (context: AssayContext, receipt: TransactionReceipt, args: Args) => Outcome | Promise<Outcome>,
): (context: AssayContext, args: Args) => Promise<Sent & Outcome> {
  return async (context, args) => {
    const sent = await sendCall(context, prepare(context, args));
    return { ...sent, ...((await outcome?.(context, sent.receipt, args)) ?? ({} as Outcome)) };
  };
}
