import { BlockNotFoundError } from "viem";
import { type AssayContext, requireChain } from "../context.ts";
import { AssayError } from "../errors.ts";
import { pause } from "../internal/pause.ts";
import { decodeError } from "../revert/decodeError.ts";
import { askIndex, type IndexBlock, META, requireIndex } from "./ask.ts";

/** How old an answer may be. */
export interface Freshness {
  /** Refuse an answer from before this block: that of a receipt, for instance. */
  minBlock?: bigint | undefined;
  /**
   * Refuse an answer that is more blocks behind the chain's head than this, or from a block that the chain does not have.
   * `"any"` takes whatever comes. Questions that lead to a transaction have the endpoint's `maxLag` as their default, all
   * others `"any"`.
   */
  maxLag?: number | "any" | undefined;
}

const MAX_LAG = 10;
const LOOK_MS = 100;
const WAIT_MS = 30_000;

/** The lag that is allowed where the caller does not say. */
export function defaultLag(context: AssayContext, leadsToTransaction: boolean): number | "any" {
  return leadsToTransaction ? (requireIndex(context).maxLag ?? MAX_LAG) : "any";
}

/**
 * @throws AssayError SDK-063 when the answer is older than allowed, SDK-064 when the chain does not have its block
 */
export async function requireFresh(context: AssayContext, block: IndexBlock, freshness: Freshness): Promise<void> {
  const { minBlock, maxLag = "any" } = freshness;
  if (minBlock !== undefined && block.number < minBlock) throw behind(block, `block ${minBlock} or later`);
  if (maxLag === "any") return;
  const { head, known } = await onChain(context, block);
  if (!known) throw foreign(block, head);
  if (head - block.number > BigInt(maxLag)) throw behind(block, `at most ${maxLag} blocks behind the head, ${head}`);
}

/** The block that the index stands at. @throws AssayError SDK-060 to SDK-066 */
export async function indexedBlock(context: AssayContext, signal?: AbortSignal): Promise<IndexBlock> {
  return (await askIndex(context, { query: `{ _meta ${META} }`, signal })).block;
}

export interface WaitForBlockArgs {
  block: bigint;
  /** Milliseconds; 30,000 when left out. */
  timeout?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Waits until the index contains `block` of the chain as the RPC endpoint has it now. The number alone would not do: an
 * index that has not noticed a reorganisation yet may be higher than the new chain.
 * @returns the block that the index stands at
 * @throws AssayError SDK-061, SDK-063 or SDK-064 when the time is over; SDK-023; SDK-060, SDK-062, SDK-065, SDK-066 at once
 */
export async function waitForBlock(context: AssayContext, args: WaitForBlockArgs): Promise<IndexBlock> {
  const { block: wanted, timeout = WAIT_MS, signal } = args;
  const deadline = Date.now() + timeout;
  for (;;) {
    const found = await indexedBlock(context, signal).catch((error) => unlessYoung(error, deadline));
    if (!found) {
      await pause(LOOK_MS, signal);
      continue;
    }
    const { head, known } = found.number < wanted ? { head: wanted, known: false } : await onChain(context, found);
    if (known) return found;
    if (Date.now() >= deadline) {
      throw found.number < wanted ? behind(found, `block ${wanted} within ${timeout} ms`) : foreign(found, head);
    }
    await pause(LOOK_MS, signal);
  }
}

/** An index that has just been started answers nothing yet. @throws what it was, when the time is over */
function unlessYoung(error: unknown, deadline: number): undefined {
  const young = error instanceof AssayError && error.code === "SDK-061";
  if (!young || Date.now() >= deadline) throw error;
}

/** The chain's head, and whether the chain has this very block. */
export async function onChain(context: AssayContext, block: IndexBlock): Promise<{ head: bigint; known: boolean }> {
  try {
    await requireChain(context);
    const head = await context.publicClient.getBlockNumber({ cacheTime: 0 });
    if (block.number > head) return { head, known: false };
    const { hash } = await context.publicClient.getBlock({ blockNumber: block.number });
    return { head, known: hash === block.hash };
  } catch (error) {
    // an endpoint that has two heads, or lost blocks between the questions
    if (error instanceof BlockNotFoundError) return { head: block.number, known: false };
    throw decodeError(error);
  }
}

function behind(block: IndexBlock, wanted: string): AssayError {
  return new AssayError("SDK-063", {
    message: "the index is behind",
    found: `an answer from block ${block.number}`,
    wanted,
    hint: "Wait for it with client.query.waitForBlock, read the chain, or allow more with maxLag",
  });
}

function foreign(block: IndexBlock, head: bigint): AssayError {
  return new AssayError("SDK-064", {
    message: "the index answers from a block that the chain does not have",
    found: `block ${block.number} with hash ${block.hash}`,
    wanted: `a block of the chain whose head is ${head}`,
    hint: "After a reorganisation it is right again within seconds; if it stays so, index and RPC endpoint serve two chains",
  });
}
