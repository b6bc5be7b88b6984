import { createKeccak } from "hash-wasm";

// One WebAssembly instance for the whole process: hashing is synchronous once it is loaded, and never re-entered.
const hasher = await createKeccak(256);

/** keccak256 of the concatenation of `parts`, 32 bytes. */
export function keccak(...parts: Uint8Array[]): Uint8Array {
  hasher.init();
  for (const part of parts) hasher.update(part);
  return hasher.digest("binary");
}
