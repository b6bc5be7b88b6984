import {
  BaseError,
  type Hash,
  type LocalAccount,
  type PublicClient,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from "viem";
import type { Journal, TxEntry } from "./journal.ts";
import type { Logger } from "./logger.ts";
import { broadcast, isKnown, isNonceUsed, signAttempt } from "./tx-broadcast.ts";
import { gaveUp, replaced, revertDataOf, TxRevertedError } from "./tx-errors.ts";
import { type BumpPolicy, bumpedFees } from "./tx-fees.ts";
import { takerOf } from "./tx-taker.ts";

export type WatchContext = {
  journal: Journal;
  client: PublicClient;
  account: LocalAccount;
  confirmations: number;
  bump: BumpPolicy;
  pollMs: number;
  log: Logger;
  onBump: () => void;
  /** Keys of what was held back: their nonces are free. */
  withheld: Set<string>;
  /** Holds back what is no longer to be sent again: throws DK-069 then. */
  withhold(entry: TxEntry): Promise<void>;
  signal?: AbortSignal;
};

/** Follows to its end what nobody waits for. */
export function follow(context: WatchContext, key: string): void {
  void watch(context, key).catch(() => {});
}

/** What the chain says of an entry now. */
export type Sighting =
  | { state: "settled"; receipt: TransactionReceipt }
  | { state: "confirming" | "pending" }
  | { state: "replaced" };

/**
 * Follows a signed entry to its end: confirmed, reverted, replaced, or given up. Raises the fee on the way, and sends
 * again what the chain forgot. An RPC that does not answer, or refuses to, is waited for.
 * @throws DK-032 reverted, DK-034 replaced, DK-035 given up, DK-069 held back, or the signal's reason
 */
export async function watch(context: WatchContext, key: string): Promise<TransactionReceipt> {
  const { journal, log, pollMs, signal } = context;
  for (;;) {
    signal?.throwIfAborted();
    const entry = journal.get(key);
    if (!entry) throw new TypeError(`${key} is not in the journal`);
    try {
      const sighting = await look(context, entry);
      if (sighting.state === "settled") return await settle(context, entry, sighting.receipt);
      if (sighting.state === "replaced") {
        journal.setStatus(key, "dropped");
        throw replaced(entry);
      }
      if (sighting.state === "pending") await push(context, entry);
    } catch (error) {
      // No answer, or none that says anything of the transaction.
      if (!(error instanceof BaseError)) throw error;
      log.warn({ key, err: error }, "rpc gives no answer to this, still watching");
    }
    await pause(pollMs, signal);
  }
}

/**
 * Compares an entry with the chain. "Replaced" is believed only when seen three times, and where a block shows the nonce, only when it
 * is not an own transaction: behind several RPC nodes one may know the nonce is used before another knows the receipt, and a transaction
 * taken for lost would be sent again.
 */
export async function look(context: WatchContext, entry: TxEntry): Promise<Sighting> {
  for (let seen = 1; ; seen++) {
    const sighting = await lookOnce(context, entry);
    if (sighting.state !== "replaced" || seen === 3) return sighting;
    await pause(context.pollMs, context.signal);
  }
}

async function lookOnce({ client, confirmations }: WatchContext, entry: TxEntry): Promise<Sighting> {
  const depth = BigInt(Math.max(confirmations, 1) - 1);
  // Asked before the receipts: a nonce used by then has its receipt by the time they are asked for.
  const used = await isNonceUsed(client, entry, depth);
  const head = await client.getBlockNumber({ cacheTime: 0 });
  for (const { hash } of entry.attempts.toReversed()) {
    const receipt = await receiptOf(client, hash);
    if (receipt) return head >= receipt.blockNumber + depth ? { state: "settled", receipt } : { state: "confirming" };
  }
  if (!used) return { state: "pending" };
  const taker = await takerOf(client, entry);
  const own = entry.attempts.some(({ hash }) => hash === taker);
  return { state: own || taker === "behind" ? "confirming" : "replaced" };
}

/** Records the end of an entry. @returns the receipt @throws DK-032 when it reverted */
export async function settle(
  { journal, client, log }: WatchContext,
  entry: TxEntry,
  receipt: TransactionReceipt,
): Promise<TransactionReceipt> {
  const { transactionHash: hash } = receipt;
  if (receipt.status === "success") {
    if (entry.status !== "mined") {
      journal.setStatus(entry.key, "mined", { minedHash: hash });
      log.info({ key: entry.key, tx: hash, block: receipt.blockNumber, gas: receipt.gasUsed }, "transaction mined");
    }
    return receipt;
  }
  const { reason, data } = await replay(client, entry, receipt);
  journal.setStatus(entry.key, "failed", { minedHash: hash, error: reason });
  // What it means is for the caller to say, who knows whether it was to be expected: a lost race is, a refused result not.
  log.warn({ key: entry.key, tx: hash, reason }, "transaction reverted");
  throw new TxRevertedError(entry, hash, reason, receipt, data);
}

/** Whether an entry may be on its way: one whose signing failed is nowhere. */
export function isSigned(entry: TxEntry | undefined): boolean {
  return entry !== undefined && entry.attempts.length > 0;
}

/** The key under which a transaction's cancellation is journaled. */
export function cancelKeyOf({ key, nonce }: Pick<TxEntry, "key" | "nonce">): string {
  return `cancel:${key}:${nonce}`;
}

async function push(context: WatchContext, entry: TxEntry): Promise<void> {
  const { client, bump, journal, log, onBump } = context;
  const last = entry.attempts.at(-1);
  if (!last || isSigned(journal.get(cancelKeyOf(entry)))) return; // being cancelled: it must not outbid its own cancellation
  await context.withhold(entry);
  const waited = (await client.getBlockNumber({ cacheTime: 0 })) - last.block;
  if (waited >= BigInt(bump.afterBlocks) && entry.attempts.length < bump.maxAttempts) {
    const fees = bumpedFees(last, await client.estimateFeesPerGas(), bump);
    if (fees) {
      await signAttempt(context, entry, fees);
      onBump();
      log.warn({ key: entry.key, nonce: entry.nonce, attempt: entry.attempts.length + 1, ...fees }, "fee raised");
      await resend(context, entry.key);
      return;
    }
  }
  if (waited >= BigInt(bump.giveUpBlocks)) {
    journal.setStatus(entry.key, "abandoned");
    const error = gaveUp(entry, waited);
    log.error({ key: entry.key, nonce: entry.nonce, err: error }, "transaction given up");
    throw error;
  }
  if (!(await isKnown(client, last.hash))) await resend(context, entry.key);
}

/** Sends the newest signed version again; what the chain says to it is left to the next look. */
export async function resend({ client, journal, log }: WatchContext, key: string): Promise<void> {
  const entry = journal.get(key);
  if (!entry) return;
  const result = await broadcast(client, entry);
  log.debug({ key, tx: entry.attempts.at(-1)?.hash, outcome: result.outcome }, "transaction broadcast again");
}

/** @returns the receipt of a hash, undefined while it is in no block */
export async function receiptOf(client: PublicClient, hash: Hash): Promise<TransactionReceipt | undefined> {
  try {
    return await client.getTransactionReceipt({ hash });
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) return undefined;
    throw error;
  }
}

// A receipt says that, not why: the call is made again on the state before its block.
async function replay(client: PublicClient, entry: TxEntry, receipt: TransactionReceipt) {
  const { from: account, to, data, value, gas } = entry;
  try {
    await client.call({ account, to, data, value, gas, blockNumber: receipt.blockNumber - 1n });
    return { reason: "reverted for a reason a replay does not show", data: undefined };
  } catch (error) {
    const reason = error instanceof BaseError ? error.shortMessage : String(error);
    return { reason, data: revertDataOf(error) };
  }
}

/** Resolves after a while, rejects with the signal's reason. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
