import {
  BaseError,
  type Hash,
  InsufficientFundsError,
  keccak256,
  type LocalAccount,
  NonceTooLowError,
  type PublicClient,
  TransactionNotFoundError,
} from "viem";
import { getNodeError } from "viem/utils";
import type { Journal, TxEntry } from "./journal.ts";
import { isUnreachable } from "./rpc.ts";
import type { Fees } from "./tx-fees.ts";

/** Signs a version of the entry and journals it: from here on it may be on its way, whatever happens to this process. */
export async function signAttempt(
  { account, client, journal }: { account: LocalAccount; client: PublicClient; journal: Journal },
  entry: TxEntry,
  fees: Fees,
): Promise<void> {
  const { chainId, to, data, value, nonce, gas, key } = entry;
  const block = await client.getBlockNumber({ cacheTime: 0 });
  const raw = await account.signTransaction({ type: "eip1559", chainId, to, data, value, nonce, gas, ...fees });
  journal.addAttempt(key, { hash: keccak256(raw), raw, ...fees, block });
}

/**
 * What the chain said to a broadcast. pending: it has it. unknown: no answer, it may have it. nonceTaken: the nonce is
 * used. noFunds, refused: it does not have it.
 */
export type BroadcastResult =
  | { outcome: "pending" | "unknown" }
  | { outcome: "nonceTaken" | "noFunds" | "refused"; error: unknown };

/** Sends the newest version. A refusal counts only if the chain does not know the transaction all the same. */
export async function broadcast(client: PublicClient, entry: TxEntry): Promise<BroadcastResult> {
  const attempt = entry.attempts.at(-1);
  if (!attempt) throw new TypeError(`${entry.key} was never signed`);
  try {
    await client.sendRawTransaction({ serializedTransaction: attempt.raw });
    return { outcome: "pending" };
  } catch (error) {
    if (isUnreachable(error)) return { outcome: "unknown" };
    // what is signed is watched: nothing that goes wrong in asking what the refusal means may end that
    return refusalOf(client, entry, attempt.hash, error).catch(() => ({ outcome: "unknown" }));
  }
}

/** What nodes say of a transaction that they have: another one behind the same URL may not show it yet. */
const HAS_IT = /already known|already imported|known transaction/i;

async function refusalOf(client: PublicClient, entry: TxEntry, hash: Hash, error: unknown): Promise<BroadcastResult> {
  if (error instanceof BaseError && HAS_IT.test(`${error.details} ${error.message}`)) return { outcome: "pending" };
  if (await isKnown(client, hash)) return { outcome: "pending" };
  const reason = error instanceof BaseError ? getNodeError(error, {}) : error;
  if (reason instanceof NonceTooLowError || (await isNonceUsed(client, entry))) return { outcome: "nonceTaken", error };
  if (reason instanceof InsufficientFundsError) return { outcome: "noFunds", error: reason };
  return { outcome: "refused", error };
}

/** @returns whether the chain has the transaction, in a block or waiting @throws where it does not say so */
export async function isKnown(client: PublicClient, hash: Hash): Promise<boolean> {
  try {
    await client.getTransaction({ hash });
    return true;
  } catch (error) {
    if (error instanceof TransactionNotFoundError) return false;
    throw error;
  }
}

/** @returns whether a transaction of the entry's nonce is in a block, `depth` blocks below the head or deeper */
export async function isNonceUsed(client: PublicClient, entry: TxEntry, depth = 0n): Promise<boolean> {
  const head = await client.getBlockNumber({ cacheTime: 0 });
  const blockNumber = head > depth ? head - depth : 0n;
  return (await client.getTransactionCount({ address: entry.from, blockNumber })) > entry.nonce;
}
