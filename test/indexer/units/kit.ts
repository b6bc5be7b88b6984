import { type Address, getAddress, type Hex, numberToHex } from "viem";

/** One event of a contract: the data source, the event's name, and its values in the order of the ABI. */
export type Emitted = readonly [source: string, event: string, ...values: unknown[]];

/** What is to be read of one entity, or of several, after all events of all units. */
export interface Shown {
  /** The field of the query's root. */
  field: string;
  /** Arguments of that field, in GraphQL. */
  arguments: string;
  value: unknown;
}

/** A handler, what it is given, and what has to be there afterwards. Units share nothing but the protocol's totals. */
export interface Unit {
  handler: string;
  events: readonly Emitted[];
  shows: readonly Shown[];
}

/** Seconds of the first unit's block, and between two. */
export const FIRST_TIME = 1_700_000_000;
export const TIME_STEP = 1_000;

/** An account that no other number stands for. */
export function account(number: number): Address {
  return getAddress(numberToHex(number + 0xacc0_0000, { size: 20 })).toLowerCase() as Address;
}

/** A word that no other number stands for. */
export function word(number: number): Hex {
  return numberToHex((BigInt(number) << 200n) + 0x77n, { size: 32 });
}

export function join(...parts: readonly Hex[]): Hex {
  return `0x${parts.map((part) => part.slice(2)).join("")}`;
}

/** The entity `field` with `id` has these values. */
export function entity(field: string, id: string, value: Record<string, unknown>): Shown {
  return { field, arguments: `id: "${id}"`, value };
}

/** The entities of `field` that fit `where`, in any order, have these values. */
export function entities(field: string, where: string, ...values: Record<string, unknown>[]): Shown {
  return { field, arguments: `where: { ${where} }`, value: values };
}

/** What a contract's parameter is set to. */
export function parameter(id: string, value: string): Shown {
  return entity("parameter", id, { value });
}
