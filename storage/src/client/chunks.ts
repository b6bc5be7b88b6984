/** The bytes of a source in pieces of `length`, the last shorter. What is yielded is the caller's to keep. */
export async function* chunksOf(
  source: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  length: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (source instanceof Uint8Array) {
    for (let at = 0; at < source.length; at += length) yield source.subarray(at, at + length);
    return;
  }
  let chunk = new Uint8Array(length);
  let used = 0;
  for await (const part of source) {
    for (let at = 0; at < part.length; ) {
      const taken = part.subarray(at, at + length - used);
      // Copied: a stream may use its buffer again.
      chunk.set(taken, used);
      used += taken.length;
      at += taken.length;
      if (used < length) continue;
      yield chunk;
      chunk = new Uint8Array(length);
      used = 0;
    }
  }
  if (used > 0) yield chunk.subarray(0, used);
}
