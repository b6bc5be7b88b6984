import { pause } from "../client/retry.ts";

/** Milliseconds that each question but the last may take. */
const PATIENCE_MS = [5000, 5000];
/** Milliseconds for a question that was given up to be forgotten. */
const REST_MS = 300;

/**
 * Asks again what got no answer: Bitswap sends a wish once, and one that was lost on the way is never answered. The last
 * question has all the time that is left. Asking ends with the signal, whether or not what is asked heeds it.
 * @throws what the last question says, or the signal's reason
 */
export async function askAgain<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
  patienceMs: readonly number[] = PATIENCE_MS,
): Promise<T> {
  for (const ms of patienceMs) {
    const late = AbortSignal.timeout(ms);
    const either = AbortSignal.any([signal, late]);
    try {
      return await orAborted(ask(either), either);
    } catch (error) {
      signal.throwIfAborted();
      if (!late.aborted) throw error;
      await pause(REST_MS, signal);
    }
  }
  return await orAborted(ask(signal), signal);
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
