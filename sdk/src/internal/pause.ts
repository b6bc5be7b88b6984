import { throwIfAborted } from "./logs.ts";

/** Milliseconds between two looks at the chain when neither the caller nor viem's client says otherwise. */
export const POLLING_INTERVAL = 1000;

/**
 * Waits some milliseconds.
 * @throws AssayError SDK-023 at once when the signal is aborted
 */
export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", finish);
      try {
        throwIfAborted(signal);
        resolve();
      } catch (error) {
        reject(error);
      }
    };
    const timer = setTimeout(finish, milliseconds);
    signal?.addEventListener("abort", finish);
    if (signal?.aborted) finish();
  });
}
