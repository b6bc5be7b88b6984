import type { Hash, Hex } from "viem";
import type { AssayContext } from "../context.ts";
import type { AssayError } from "../errors.ts";
import type { JobEvent } from "../events/job.ts";
import { fetchJobEvents } from "../internal/jobEvents.ts";
import { headNumber } from "../internal/logs.ts";
import { POLLING_INTERVAL, pause } from "../internal/pause.ts";
import { decodeError } from "../revert/decodeError.ts";

/** An event that came, or one that a reorganisation of the chain took back. */
export type JobChange = JobEvent & { removed: boolean };

export interface WatchJobsArgs {
  /** Called once for each look that found something: removals first, newest first, then news in chain order. */
  onChanges: (changes: JobChange[]) => void;
  /** Called when a look failed; watching goes on. */
  onError?: ((error: AssayError) => void) | undefined;
  /** Only this job. */
  id?: Hex | undefined;
  /** First block to report; the next one when left out. */
  fromBlock?: bigint | undefined;
  /** Milliseconds between two looks. */
  pollingInterval?: number | undefined;
  /** Blocks below the head that may still be replaced. */
  reorgDepth?: number | undefined;
}

const REORG_DEPTH = 64;

interface Cursor {
  /** First block in scope. */
  readonly start: bigint;
  /** Last block whose events were reported, and its hash then. */
  block: bigint;
  hash: Hash | undefined;
  /** Reported events that may still be replaced, by position. */
  recent: Map<string, JobEvent>;
}

/**
 * Reports the market's job events as they are mined, each once, and takes back those that a reorganisation removed.
 * @returns a function that ends the watch
 */
export function watchJobs(context: AssayContext, args: WatchJobsArgs): () => void {
  const abort = new AbortController();
  const interval = args.pollingInterval ?? POLLING_INTERVAL;
  const run = async () => {
    let cursor: Cursor | undefined;
    while (!abort.signal.aborted) {
      try {
        cursor ??= await begin(context, args.fromBlock);
        const changes = await look(context, cursor, args);
        if (changes.length > 0 && !abort.signal.aborted) args.onChanges(changes);
      } catch (error) {
        if (!abort.signal.aborted) args.onError?.(decodeError(error));
      }
      await pause(interval, abort.signal).catch(() => undefined);
    }
  };
  void run();
  return () => abort.abort();
}

async function begin(context: AssayContext, fromBlock: bigint | undefined): Promise<Cursor> {
  const block = fromBlock === undefined ? await headNumber(context) : fromBlock - 1n;
  return { start: block + 1n, block, hash: undefined, recent: new Map() };
}

/** One look at the chain: what came and what went since the cursor, which is moved to the head. */
async function look(context: AssayContext, cursor: Cursor, args: WatchJobsArgs): Promise<JobChange[]> {
  const depth = BigInt(args.reorgDepth ?? REORG_DEPTH);
  const head = await context.publicClient.getBlock({ blockTag: "latest" });
  if (head.hash === cursor.hash) return [];
  const replaced = await wasReplaced(context, cursor, head);
  const from = replaced ? maxOf(cursor.start, cursor.block - depth + 1n) : cursor.block + 1n;
  const events =
    from > head.number ? [] : await fetchJobEvents(context, { fromBlock: from, toBlock: head.number, id: args.id });
  const found = new Map(events.map((event) => [keyOf(event), event]));
  const gone = [...cursor.recent].filter(([key, event]) => event.blockNumber >= from && !found.has(key)).reverse();
  const news = [...found].filter(([key]) => !cursor.recent.has(key));
  for (const [key] of gone) cursor.recent.delete(key);
  for (const [key, event] of news) cursor.recent.set(key, event);
  for (const [key, event] of cursor.recent) if (event.blockNumber + depth < head.number) cursor.recent.delete(key);
  cursor.block = head.number;
  cursor.hash = head.hash;
  return [
    ...gone.map(([, event]) => ({ ...event, removed: true })),
    ...news.map(([, event]) => ({ ...event, removed: false })),
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

function keyOf(event: JobEvent): string {
  return `${event.blockHash} ${event.logIndex}`;
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
