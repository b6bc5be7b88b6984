/** A heap may grow to so many MiB before it is looked through. */
const INITIAL_MB = 64;

/**
 * V8's flags for a process that computes. Typed arrays count as its heap: from the few MiB it starts with it would be looked
 * through every fraction of a second, for a tenth of the processor time of a small network's training.
 * @param memoryMb most that the process may take
 */
export function heapFlags(memoryMb: number): string[] {
  const most = Math.ceil(memoryMb);
  return [`--max-old-space-size=${most}`, `--initial-old-space-size=${Math.min(INITIAL_MB, most)}`];
}
