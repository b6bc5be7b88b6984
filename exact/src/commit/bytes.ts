import { ExactError } from "../errors.ts";
import type { Hex } from "../types.ts";

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Bytes as lowercase 0x-hex. */
export function toHex(bytes: Uint8Array): Hex {
  let out = "";
  for (const byte of bytes) out += DIGITS[byte];
  return `0x${out}`;
}

/** The 32 bytes of a 0x-hex word. Throws EX-001 if it is anything else. */
export function word(hex: Hex): Uint8Array {
  if (!/^0x[0-9a-fA-F]{64}$/.test(hex)) {
    throw new ExactError("EX-001", {
      path: "hash",
      found: hex,
      wanted: "0x and 64 hex digits",
      hint: "Pass a 32-byte value.",
    });
  }
  const out = new Uint8Array(32);
  for (let i = 0; i < 32; i++) out[i] = Number.parseInt(hex.slice(2 + 2 * i, 4 + 2 * i), 16);
  return out;
}

/** Big-endian unsigned integer of `size` bytes; `value` must be a safe integer >= 0. */
export function uint(value: number, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let rest = value;
  for (let i = size - 1; i >= 0; i--) {
    out[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return out;
}

/** One buffer with all parts, in order. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** `length` bytes from a hex string without a length check: for tests and vectors. */
export function fromHex(hex: Hex): Uint8Array {
  const out = new Uint8Array((hex.length - 2) / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(hex.slice(2 + 2 * i, 4 + 2 * i), 16);
  return out;
}
