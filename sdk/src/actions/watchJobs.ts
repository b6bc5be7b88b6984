import type { AssayContext } from "../context.ts";
import type { AssayError } from "../errors.ts";
import { begin, type Cursor, type JobChange, type LookArgs, look } from "../internal/jobWatch.ts";
import { POLLING_INTERVAL, pause } from "../internal/pause.ts";
import { decodeError } from "../revert/decodeError.ts";

export type { JobChange };

export interface WatchJobsArgs extends LookArgs {
  /** Called once for each look that found something: removals first, newest first, then news in chain order. */
  onChanges: (changes: JobChange[]) => void;
  /** Called when a look failed; watching goes on. */
  onError?: ((error: AssayError) => void) | undefined;
  /** First block to report; the next one when left out. */
  fromBlock?: bigint | undefined;
  /** Milliseconds between two looks. */
  pollingInterval?: number | undefined;
}

/**
 * Reports the market's job events as they are mined, each once, and takes back those that a reorganisation removed.
 * @returns a function that ends the watch
 */
export function watchJobs(context: AssayContext, args: WatchJobsArgs): () => void {
  return watchFrom(context, args);
}

/** The same, from where an earlier look has come to. */
export function watchFrom(context: AssayContext, args: WatchJobsArgs, reached?: Cursor): () => void {
  const abort = new AbortController();
  const interval = args.pollingInterval ?? POLLING_INTERVAL;
  const run = async () => {
    let cursor = reached;
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
