import { BigInt, Bytes } from "@graphprotocol/graph-ts";

/**
 * Bits `shift`..`shift + width` of a packed word that is not negative (see contracts/libraries/JobTerms.sol). Both are whole
 * bytes, which are copied here: arithmetic on numbers would be four questions to the host for each of a job's 30 fields.
 */
export function field(word: BigInt, shift: u8, width: u8): BigInt {
  const from = (shift >> 3) as i32;
  const size = (width >> 3) as i32;
  // the lowest byte comes first; the one more, left zero, keeps the highest bit from being a sign
  const out = new BigInt(size + 1);
  for (let i = 0; i < size && from + i < word.length; i++) out[i] = word[from + i];
  return out;
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
