/** A heap may grow to so many MiB before it is looked through. */
const INITIAL_MB = 64;
/**
 * Most MiB of new objects between two looks at them alone. V8 would double it after ten seconds or so of a run: from then on the
 * memory behind typed arrays reaches its limit first, which has the whole heap looked through each time.
 */
const NEW_MB = 16;

/**
 * V8's flags for a process that computes. Typed arrays count as its heap: from the few MiB it starts with it would be looked
 * through every fraction of a second, for a tenth of the processor time of a small network's training.
 * @param memoryMb most that the process may take
 */
export function heapFlags(memoryMb: number): string[] {
  const most = Math.ceil(memoryMb);
  const initial = Math.min(INITIAL_MB, most);
  return [`--max-old-space-size=${most}`, `--initial-old-space-size=${initial}`, `--max-semi-space-size=${NEW_MB}`];
}
