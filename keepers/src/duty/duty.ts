import type { Address, Hex } from "viem";

/**
 * What a bot may do. auto: it sends. oversight: it asks a person, who approves each action. manual: it only shows what is
 * due, with the calldata, for somebody else to send.
 */
export const MODES = ["auto", "oversight", "manual"] as const;
export type Mode = (typeof MODES)[number];

/** One call that is due, by its own nature at most once. */
export interface Duty {
  /** Begins with the bot's name. Names the deed: the same deed has the same key in every process. */
  key: string;
  to: Address;
  data: Hex;
  /** wei */
  value: bigint;
  /** Chain time, Unix seconds, from which on anyone may do it. */
  due: number;
  /** What it does, for people: contract, function, arguments. */
  text: string;
}
