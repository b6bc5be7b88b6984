import { BigInt, Bytes } from "@graphprotocol/graph-ts";

/** Bits `shift`..`shift + width` of a packed word (see contracts/libraries/JobTerms.sol). */
export function field(word: BigInt, shift: u8, width: u8): BigInt {
  const high = word.rightShift(shift);
  return high.minus(high.rightShift(width).leftShift(width));
}

/** The address in the top 160 bits of a word. */
export function addressField(word: BigInt): Bytes {
  return toBytes(word.rightShift(96), 20);
}

/** The `size` lowest bytes of a number, big-endian. */
export function toBytes(value: BigInt, size: i32): Bytes {
  const little = Bytes.fromUint8Array(value);
  const out = new Bytes(size);
  const count = little.length < size ? little.length : size;
  for (let i = 0; i < count; i++) out[size - 1 - i] = little[i];
  return out;
}

/** A 32-byte word as a number. */
export function toNumber(word: Bytes): BigInt {
  // BigInt reads little-endian bytes; the zero keeps the highest bit from being a sign
  const little = new Bytes(word.length + 1);
  for (let i = 0; i < word.length; i++) little[i] = word[word.length - 1 - i];
  return BigInt.fromUnsignedBytes(little);
}
