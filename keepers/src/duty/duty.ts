import type { Asked } from "./approvals.ts";

/**
 * What a bot may do. auto: it sends. oversight: it asks a person, who approves each action. manual: it only shows what is
 * due, with the calldata, for somebody else to send.
 */
export const MODES = ["auto", "oversight", "manual"] as const;
export type Mode = (typeof MODES)[number];

/** One call that is due, by its own nature at most once. The same deed has the same key in every process. */
export interface Duty extends Asked {
  /** Tells deeds apart that come again under the same key, each done once: to the key of the transaction. */
  round?: number;
  /** Chain time, Unix seconds, from which on anyone may do it. */
  due: number;
  /**
   * Whether it is still to be done, asked right before it is signed: of deeds that the contracts take again after somebody else has done
   * them. @throws what the endpoint throws
   */
  stillDue?: () => Promise<boolean>;
}
