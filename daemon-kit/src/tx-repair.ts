import type { Hash, TransactionReceipt } from "viem";
import { DaemonError } from "./errors.ts";
import type { TxEntry } from "./journal.ts";
import { broadcast, signAttempt } from "./tx-broadcast.ts";
import { bumpedFees, firstFees } from "./tx-fees.ts";
import { cancelKeyOf, follow, isSigned, receiptOf, resend, type WatchContext } from "./tx-watch.ts";

const OPEN = ["sent", "abandoned"] as const;
/** Deeds that were done, or still may be: filling their nonce with something else would undo them. */
const RESENT = ["mined", "abandoned"] as const;
/** What a transfer of nothing to oneself takes. */
const FILLER_GAS = 21_000n;

function openEntry({ journal }: WatchContext, key: string): TxEntry {
  const entry = journal.get(key);
  if (entry && entry.attempts.length > 0 && OPEN.some((status) => status === entry.status)) return entry;
  throw new DaemonError("DK-039", "no such transaction is under way", {
    kind: "UserFault",
    found: entry ? `${key} is ${entry.status}` : `no ${key} in the journal`,
    wanted: "a transaction that was sent and is in no block yet",
    hint: "list them with `tx list`",
  });
}

/**
 * Raises the fee of a transaction under way now, at the same nonce.
 * @returns the new version's hash @throws DK-036 when the ceiling leaves no rise that a node would take, DK-039
 */
export async function bumpNow(context: WatchContext, key: string): Promise<Hash> {
  const { client, journal, bump, onBump, log } = context;
  const entry = openEntry(context, key);
  const last = entry.attempts.at(-1);
  const fees = last && bumpedFees(last, await client.estimateFeesPerGas(), bump);
  if (!fees) throw atCeiling(key, last?.maxFeePerGas ?? 0n, bump.maxFeePerGas);
  await signAttempt(context, entry, fees);
  onBump();
  await resend(context, key);
  const hash = journal.get(key)?.attempts.at(-1)?.hash as Hash;
  log.info({ key, tx: hash, ...fees }, "fee raised by the operator");
  return hash;
}

/**
 * Sends nothing to oneself at the nonce of a transaction under way, for more. One of the two lands; which one is the
 * chain's choice. @returns the key of the cancelling entry, for `watch` @throws DK-036, DK-039
 */
export async function startCancel(context: WatchContext, key: string): Promise<string> {
  const { client, journal, bump, log } = context;
  const entry = openEntry(context, key);
  const last = entry.attempts.at(-1);
  const cancelKey = cancelKeyOf(entry);
  if (isSigned(journal.get(cancelKey))) return cancelKey; // under way already: `watch` raises its fee
  const better = last && bumpedFees(last, await client.estimateFeesPerGas(), bump);
  // what was given up is nowhere to be outbid
  const fees = better ?? (entry.status === "abandoned" ? await firstFees(client, bump) : undefined);
  if (!fees) throw atCeiling(key, last?.maxFeePerGas ?? 0n, bump.maxFeePerGas);
  await sendFiller(context, { key: cancelKey, chainId: entry.chainId, nonce: entry.nonce }, fees);
  log.warn({ key, nonce: entry.nonce }, "cancellation sent");
  return cancelKey;
}

/**
 * Fills the nonces below the highest one under way at which the chain has nothing: what is above a gap waits forever. A
 * gap comes from a transaction that was dropped after a later one was signed, or taken back by a reorganisation. What the
 * journal signed for it is sent again; where there is nothing, or what was held back, a transfer of nothing fills it.
 * @returns the nonces that were mended
 */
export async function repairGaps(context: WatchContext, chainId: number): Promise<number[]> {
  const { client, account, journal, bump, withheld, log } = context;
  const mine = journal.list().filter((entry) => entry.from === account.address && entry.chainId === chainId);
  const open = mine.filter(({ status }) => status === "sent");
  if (open.length === 0) return [];
  const highest = Math.max(...open.map(({ nonce }) => nonce));
  const next = await client.getTransactionCount({ address: account.address, blockTag: "latest" });
  const mended: number[] = [];
  for (let nonce = next; nonce < highest; nonce++) {
    if (open.some((entry) => entry.nonce === nonce)) continue; // its own watcher sends it again
    // A dropped or failed deed was reported as such: it must not happen after all.
    const signed = mine.find((entry) => entry.nonce === nonce && RESENT.some((status) => status === entry.status));
    if (signed) {
      if (await isSettled(context, signed)) continue;
      const filler = journal.get(cancelKeyOf(signed));
      if (filler && isSigned(filler)) await raise(context, filler);
      else if (withheld.has(signed.key)) follow(context, await startCancel(context, signed.key));
      else await raise(context, signed);
    } else {
      const fees = await firstFees(client, bump);
      await sendFiller(context, { key: gapKeyOf(nonce), chainId, nonce }, fees);
      follow(context, gapKeyOf(nonce));
    }
    mended.push(nonce);
    log.warn({ nonce, key: signed?.key ?? gapKeyOf(nonce) }, "nonce gap mended");
  }
  return mended;
}

/** Sends what was given up again, for more where the ceiling leaves room: the versions it may have by itself are used up. */
export async function raise(context: WatchContext, entry: TxEntry): Promise<void> {
  const { client, bump } = context;
  const last = entry.attempts.at(-1);
  const fees = entry.status === "abandoned" && last && bumpedFees(last, await client.estimateFeesPerGas(), bump);
  if (fees) await signAttempt(context, entry, fees);
  await resend(context, entry.key);
}

/** The key under which what fills a gap is journaled. */
function gapKeyOf(nonce: number): string {
  return `gap:${nonce}`;
}

async function isSettled({ client }: WatchContext, { attempts }: TxEntry): Promise<boolean> {
  const receipts: (TransactionReceipt | undefined)[] = [];
  for (const { hash } of attempts) receipts.push(await receiptOf(client, hash));
  return receipts.some((receipt) => receipt !== undefined);
}

async function sendFiller(
  context: WatchContext,
  { key, chainId, nonce }: { key: string; chainId: number; nonce: number },
  fees: { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint },
): Promise<void> {
  const { journal, account, client } = context;
  const { address } = account;
  if (!journal.get(key)) {
    journal.addIntent({ key, chainId, from: address, to: address, data: "0x", value: 0n, nonce, gas: FILLER_GAS });
  }
  try {
    await signAttempt(context, journal.get(key) as TxEntry, fees);
  } catch (error) {
    if (!isSigned(journal.get(key))) journal.forget(key); // it is nowhere, and must not pass for under way
    throw error;
  }
  await broadcast(client, journal.get(key) as TxEntry);
}

function atCeiling(key: string, found: bigint, ceiling: bigint): DaemonError {
  return new DaemonError("DK-036", "gas costs more than the ceiling allows", {
    kind: "UserFault",
    found: `${key} offers ${found} wei per gas`,
    wanted: `room for a rise of a tenth below ${ceiling} wei per gas`,
    hint: "raise the fee ceiling (`maxFeeGwei`), or wait",
  });
}
