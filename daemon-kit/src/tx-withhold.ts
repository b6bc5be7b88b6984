import type { Journal, TxEntry } from "./journal.ts";
import { isRateLimited, isUnreachable } from "./rpc.ts";
import { isKnown } from "./tx-broadcast.ts";
import { notYetKnown, OvertakenError } from "./tx-errors.ts";
import { repairGaps, startCancel } from "./tx-repair.ts";
import { cancelKeyOf, follow, pause, resend, type WatchContext } from "./tx-watch.ts";

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
  // what was signed above it waits for its number
  if (laterOf(context, entry)) follow(context, await startCancel(context, entry.key));
  else withheld.add(entry.key);
  log.info({ key: entry.key, nonce: entry.nonce }, "a transaction is held back that would be for nothing");
  throw new OvertakenError(entry.key);
}

/** Sends an entry again that the chain may not know, or holds it back. */
export async function resendUnlessVain(context: WithholdContext, entry: TxEntry): Promise<void> {
  try {
    await context.withhold(entry);
    await resend(context, entry.key);
  } catch (error) {
    if (!(error instanceof OvertakenError)) throw error;
  }
}

/**
 * Sees to it that the chain knows whatever is signed, or that it is held back. What only the journal knew would be missing in the state
 * that the next transaction is simulated on, land all the same, and may have done the same deed.
 * @throws DK-071 when something is on its way that the chain does not know yet
 */
export async function bringAhead(context: WithholdContext, key: string, chainId: number): Promise<void> {
  for (const entry of await unseenOf(context, chainId)) await resendUnlessVain(context, entry);
  if ((await unseenOf(context, chainId)).length === 0) return;
  await repairGaps(context, chainId); // it may wait for a number that was given up
  const [first] = await unseenOf(context, chainId);
  if (first) throw notYetKnown(key, first);
}

/** What may still land and is not among the account's transactions that the chain counts, the lowest number first. */
async function unseenOf({ client, account, journal, withheld }: WithholdContext, chainId: number): Promise<TxEntry[]> {
  const { address } = account;
  // its cancellation is of the same number, and stands for it
  const open = openOf(journal, address, chainId).filter(
    (entry) => !withheld.has(entry.key) && !journal.get(cancelKeyOf(entry)),
  );
  if (open.length === 0) return [];
  const counted = await client.getTransactionCount({ address, blockTag: "pending" });
  return open.filter(({ nonce }) => nonce >= counted).sort((a, b) => a.nonce - b.nonce);
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

/**
 * The entry that the next transaction takes the place of: what was held back and whose number nothing else has.
 * @param used how many numbers the chain has used
 */
export function placeOfWithheld(open: readonly TxEntry[], withheld: ReadonlySet<string>, used: number) {
  const taken = new Set(open.filter(({ key }) => !withheld.has(key)).map(({ nonce }) => nonce));
  return open
    .filter(({ key, nonce }) => withheld.has(key) && nonce >= used && !taken.has(nonce))
    .reduce<TxEntry | undefined>((first, each) => (first && first.nonce <= each.nonce ? first : each), undefined);
}
