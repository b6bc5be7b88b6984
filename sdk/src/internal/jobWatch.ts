import type { Hash } from "viem";
import type { AssayContext } from "../context.ts";
import type { TimedJobEvent } from "../events/job.ts";
import { fetchJobEvents, withTimestamps } from "./jobEvents.ts";
import { headNumber } from "./logs.ts";

/** An event that came, or one that a reorganisation of the chain took back. */
export type JobChange = TimedJobEvent & { removed: boolean };

export interface LookArgs {
  /** Only this job. */
  id?: Hash | undefined;
  /** Blocks below the head that may still be replaced. */
  reorgDepth?: number | undefined;
}

/** Blocks below the head that may still be replaced, where nobody says otherwise. */
export const REORG_DEPTH = 64;

/**
 * Newest blocks whose logs are asked for once more: behind one URL may stand several nodes, and the one that is asked for logs not have
 * the block that another one told of.
 */
const OVERLAP = 4n;

/** How far a watch has come. */
export interface Cursor {
  /** First block in scope. */
  readonly start: bigint;
  /** Last block whose events were reported, and its hash then. */
  block: bigint;
  hash: Hash | undefined;
  /** Reported events that may still be replaced, by position. */
  recent: Map<string, TimedJobEvent>;
}

/** A watch that has not looked yet. @param fromBlock first block to report; the next one when left out */
export async function begin(context: AssayContext, fromBlock: bigint | undefined): Promise<Cursor> {
  const block = fromBlock === undefined ? await headNumber(context) : fromBlock - 1n;
  return { start: block + 1n, block, hash: undefined, recent: new Map() };
}

/** One look at the chain: what came and what went since the cursor, which is moved to the head. */
export async function look(context: AssayContext, cursor: Cursor, args: LookArgs): Promise<JobChange[]> {
  const depth = BigInt(args.reorgDepth ?? REORG_DEPTH);
  const head = await context.publicClient.getBlock({ blockTag: "latest" });
  if (head.hash === cursor.hash) return [];
  const replaced = await wasReplaced(context, cursor, head);
  const again = replaced || depth < OVERLAP ? depth : OVERLAP;
  const from = maxOf(cursor.start, cursor.block - again + 1n);
  const events =
    from > head.number ? [] : await fetchJobEvents(context, { fromBlock: from, toBlock: head.number, id: args.id });
  const found = new Map(events.map((event) => [keyOf(event), event]));
  const missing = [...cursor.recent].filter(([key, event]) => event.blockNumber >= from && !found.has(key)).reverse();
  const gone = replaced ? missing : [];
  const fresh = [...found].filter(([key]) => !cursor.recent.has(key)).map(([, event]) => event);
  const news = await withTimestamps(context, fresh);
  for (const [key] of gone) cursor.recent.delete(key);
  for (const event of news) cursor.recent.set(keyOf(event), event);
  for (const [key, event] of cursor.recent) if (event.blockNumber + depth < head.number) cursor.recent.delete(key);
  cursor.block = head.number;
  cursor.hash = head.hash;
  return [
    ...gone.map(([, event]) => ({ ...event, removed: true })),
    ...news.map((event) => ({ ...event, removed: false })),
  ];
}

/** Whether the block the cursor stands on is no longer part of the chain. */
async function wasReplaced(
  { publicClient }: AssayContext,
  cursor: Cursor,
  head: { number: bigint; parentHash: Hash },
): Promise<boolean> {
  if (cursor.hash === undefined || head.parentHash === cursor.hash) return false;
  if (head.number <= cursor.block) return true;
  const block = await publicClient.getBlock({ blockNumber: cursor.block });
  return block.hash !== cursor.hash;
}

function keyOf(event: Pick<TimedJobEvent, "blockHash" | "logIndex">): string {
  return `${event.blockHash} ${event.logIndex}`;
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
