import type { Journal, TxEntry } from "./journal.ts";
import { isRateLimited, isUnreachable } from "./rpc.ts";
import { isKnown } from "./tx-broadcast.ts";
import { OvertakenError } from "./tx-errors.ts";
import { startCancel } from "./tx-repair.ts";
import { follow, pause, type WatchContext } from "./tx-watch.ts";

export type WithholdContext = WatchContext & {
  /** Whether an entry that the chain does not know may be sent again now; absent where that is always right. */
  mayResend: ((entry: TxEntry) => boolean) | undefined;
  /** Says of what this process was asked to do, by key, whether it is still to be done. */
  stillDue: Map<string, () => Promise<boolean>>;
};

/**
 * Holds a signed transaction back that the chain does not know, if it would be for nothing now: what it was to do may have been
 * done by somebody else while this process or its endpoint was away. It is given up, and its number is free for the next
 * transaction: both are of one number, so that at most one of them can land.
 * @throws OvertakenError when it was held back; what the endpoint throws when it does not answer
 */
export async function withholdIfVain(context: WithholdContext, entry: TxEntry): Promise<void> {
  const { journal, withheld, mayResend, log } = context;
  if (!mayResend || (await isSomewhere(context, entry))) return;
  if (mayResend(entry) && (await isWorthSending(context, entry))) {
    withheld.delete(entry.key);
    return;
  }
  journal.setStatus(entry.key, "abandoned");
  withheld.add(entry.key);
  // what was signed above it waits for its number
  if (laterOf(context, entry)) await fillPlace(context, entry.key);
  log.info({ key: entry.key, nonce: entry.nonce }, "a transaction is held back that would be for nothing");
  throw new OvertakenError(entry.key);
}

async function fillPlace(context: WithholdContext, key: string): Promise<void> {
  try {
    follow(context, await startCancel(context, key));
  } catch (error) {
    context.log.warn({ key, err: error }, "the place of what is held back could not be filled yet");
  }
}

/** Whether the chain knows it. "No" is believed only when heard three times: another RPC node may have it before this one. */
async function isSomewhere({ client, pollMs, signal }: WatchContext, { attempts }: TxEntry): Promise<boolean> {
  const last = attempts.at(-1);
  if (!last) return false;
  for (let heard = 1; ; heard++) {
    if (await isKnown(client, last.hash)) return true;
    if (heard === 3) return false;
    await pause(pollMs, signal);
  }
}

/**
 * Whether the pending state takes a call, and answers what it answered when it was decided upon; and whether it is still due, where
 * only who asked for it can say so. What an earlier process was asked waits until this one is.
 */
async function isWorthSending({ client, stillDue }: WithholdContext, entry: TxEntry): Promise<boolean> {
  const { from: account, to, data, value, answer } = entry;
  try {
    const { data: now = "0x" } = await client.call({ account, to, data, value, blockTag: "pending" });
    if (answer !== undefined && answer !== now) return false;
    return !entry.conditional || ((await stillDue.get(entry.key)?.()) ?? false);
  } catch (error) {
    if (isUnreachable(error) || isRateLimited(error)) throw error;
    return false;
  }
}

function laterOf({ journal, withheld }: WithholdContext, { from, chainId, nonce }: TxEntry): boolean {
  return openOf(journal, from, chainId).some((other) => other.nonce > nonce && !withheld.has(other.key));
}

/** Signed transactions of an account that may still land. */
export function openOf(journal: Journal, from: string, chainId: number): TxEntry[] {
  return journal.list("sent", "abandoned").filter((entry) => entry.from === from && entry.chainId === chainId);
}

/** Those of them whose numbers are theirs: the next transaction takes the place of what was held back. */
export function ownPlacesOf({ journal, account, withheld }: WithholdContext): TxEntry[] {
  const open = journal.list("sent", "abandoned").filter(({ from }) => from === account.address);
  return open.filter(({ key }) => !withheld.has(key));
}

/**
 * The entry that the next transaction takes the place of: what was held back and whose number nothing else has.
 * @param used how many numbers the chain has used
 */
export function placeOfWithheld(open: readonly TxEntry[], withheld: ReadonlySet<string>, used: number) {
  const taken = new Set(open.filter(({ key }) => !withheld.has(key)).map(({ nonce }) => nonce));
  return open
    .filter(({ key, nonce }) => withheld.has(key) && nonce >= used && !taken.has(nonce))
    .reduce<TxEntry | undefined>((best, each) => (best && isBetterPlace(best, each) ? best : each), undefined);
}

/** The lowest number, and of two transactions of one number the dearer one: both must be outbid. */
function isBetterPlace(a: TxEntry, b: TxEntry): boolean {
  if (a.nonce !== b.nonce) return a.nonce < b.nonce;
  const offered = ({ attempts }: TxEntry) => attempts.at(-1)?.maxFeePerGas ?? 0n;
  return offered(a) >= offered(b);
}
