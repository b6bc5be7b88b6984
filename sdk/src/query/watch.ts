import type { AssayContext } from "../context.ts";
import type { AssayError } from "../errors.ts";
import { POLLING_INTERVAL, pause } from "../internal/pause.ts";
import { decodeError } from "../revert/decodeError.ts";
import type { IndexBlock } from "./ask.ts";
import { indexedBlock, onChain } from "./freshness.ts";

/** An answer that was seen while watching. */
export interface Seen<T> {
  readonly answer: T;
  /** Whether it says something else than the one before; true for the first. */
  readonly changed: boolean;
  /** Whether the block of the answer before is no longer part of the chain: what it said may never have happened. */
  readonly reorganised: boolean;
}

export interface WatchArgs<T extends { block: IndexBlock }> {
  /** The question: any of client.query's. */
  ask: () => Promise<T>;
  /** Called for each new block of the index, also when it is of the same height with another hash. */
  onAnswer: (seen: Seen<T>) => void;
  /** Called when a look failed; watching goes on. */
  onError?: ((error: AssayError) => void) | undefined;
  /** Milliseconds between two looks; 1,000 when left out. */
  pollingInterval?: number | undefined;
}

/**
 * Asks the same again whenever the index has moved to another block. A look that finds the same block costs one small
 * question.
 * @returns a function that ends the watch
 */
export function watch<T extends { block: IndexBlock }>(context: AssayContext, args: WatchArgs<T>): () => void {
  const abort = new AbortController();
  const interval = args.pollingInterval ?? POLLING_INTERVAL;
  const run = async () => {
    let before: T | undefined;
    while (!abort.signal.aborted) {
      try {
        const seen = await look(context, args.ask, before, abort.signal);
        if (seen && !abort.signal.aborted) {
          before = seen.answer;
          args.onAnswer(seen);
        }
      } catch (error) {
        if (!abort.signal.aborted) args.onError?.(decodeError(error));
      }
      await pause(interval, abort.signal).catch(() => undefined);
    }
  };
  void run();
  return () => abort.abort();
}

async function look<T extends { block: IndexBlock }>(
  context: AssayContext,
  ask: () => Promise<T>,
  before: T | undefined,
  signal: AbortSignal,
): Promise<Seen<T> | undefined> {
  if (!before) return { answer: await ask(), changed: true, reorganised: false };
  if ((await indexedBlock(context, signal)).hash === before.block.hash) return undefined;
  const answer = await ask();
  if (answer.block.hash === before.block.hash) return undefined;
  const { known } = await onChain(context, before.block);
  return { answer, changed: contentOf(answer) !== contentOf(before), reorganised: !known };
}

/** All of an answer but its block and cursor, as text. */
function contentOf(answer: object): string {
  return JSON.stringify({ ...answer, block: undefined, next: undefined }, (_, value: unknown) =>
    typeof value === "bigint" ? `${value}n` : value,
  );
}
