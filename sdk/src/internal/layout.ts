import { type Address, getAddress, isAddress, isHex, numberToHex, size } from "viem";
import { AssayError } from "../errors.ts";

/** One field of a packed word. `number` fields are exact up to 2^53 - 1, `amount` fields are bigints. */
export interface Field<Name extends string> {
  name: Name;
  bits: number;
  kind: "address" | "amount" | "number";
}

export type FieldValue = Address | bigint | number;

/**
 * Checks one value and turns it into the integer that is packed.
 * @param owner what the field belongs to, for the error: `terms`, `spec`, `run`
 * @throws AssayError SDK-001
 */
function toInteger(owner: string, field: Field<string>, value: unknown): bigint {
  if (field.kind === "address") {
    if (typeof value === "string" && isAddress(value, { strict: false })) return BigInt(value);
    throw outOfRange(`${owner}.${field.name}`, value, "an address (0x and 40 hexadecimal digits)");
  }
  const limit = 1n << BigInt(field.bits);
  if (field.kind === "amount") {
    if (typeof value === "bigint" && value >= 0n && value < limit) return value;
    throw outOfRange(`${owner}.${field.name}`, value, `a bigint from 0 to 2^${field.bits} - 1`);
  }
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && BigInt(value) < limit) {
    return BigInt(value);
  }
  throw outOfRange(`${owner}.${field.name}`, value, `a whole number from 0 to 2^${Math.min(field.bits, 53)} - 1`);
}

/**
 * Packs named values into one 256-bit word, the first field in the highest bits.
 * @throws AssayError SDK-001 naming the field
 */
export function packWord<Name extends string>(
  owner: string,
  fields: readonly Field<Name>[],
  values: Readonly<Record<Name, unknown>>,
): bigint {
  let word = 0n;
  let shift = 256n;
  for (const field of fields) {
    shift -= BigInt(field.bits);
    word |= toInteger(owner, field, values[field.name]) << shift;
  }
  return word;
}

/**
 * Splits a word into its fields. Addresses come back checksummed.
 * @throws AssayError SDK-002 when bits below the last field are set, or a number is above 2^53 - 1
 */
export function unpackWord<Name extends string>(
  owner: string,
  fields: readonly Field<Name>[],
  word: bigint,
): Record<Name, FieldValue> {
  if (word < 0n || word >> 256n !== 0n) throw undecodable(owner, `${word}`, "a word of 256 bits");
  const values = {} as Record<Name, FieldValue>;
  let shift = 256n;
  for (const { name, bits, kind } of fields) {
    shift -= BigInt(bits);
    const value = (word >> shift) & ((1n << BigInt(bits)) - 1n);
    if (kind === "address") values[name] = getAddress(numberToHex(value, { size: 20 }));
    else if (kind === "amount") values[name] = value;
    else if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw undecodable(`${owner}.${name}`, `${value}`, "at most 2^53 - 1");
    else values[name] = Number(value);
  }
  const spare = word & ((1n << shift) - 1n);
  if (spare !== 0n) throw undecodable(owner, `spare bits ${numberToHex(spare)}`, "spare bits zero");
  return values;
}

/**
 * Checks that a value is 32 bytes of hexadecimal.
 * @throws AssayError SDK-001 naming the field
 */
export function requireBytes32(name: string, value: unknown): asserts value is `0x${string}` {
  if (typeof value !== "string" || !isHex(value) || value.length !== 66 || size(value) !== 32) {
    throw outOfRange(name, value, "32 bytes (0x and 64 hexadecimal digits)");
  }
}

/** SDK-001: a field is out of its range. */
export function outOfRange(name: string, found: unknown, wanted: string): AssayError {
  return new AssayError("SDK-001", {
    message: `${name} is out of its range`,
    found: describe(found),
    wanted,
    hint: `Correct ${name}`,
  });
}

/** SDK-002: words that no packer of this version wrote. */
export function undecodable(name: string, found: string, wanted: string): AssayError {
  return new AssayError("SDK-002", {
    message: `${name} cannot be decoded`,
    found,
    wanted,
    hint: "Pass the words exactly as the JobPosted event carries them",
  });
}

function describe(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return `"${value}"`;
  if (typeof value === "number" || value === undefined || value === null) return `${value}`;
  return `a value of type ${typeof value}`;
}
