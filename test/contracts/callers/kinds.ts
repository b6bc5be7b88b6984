import type { Address, Hex } from "viem";
import type { Actor, Job } from "../../support/actor.ts";
import type { Target, World } from "../../support/world.ts";

/** What a row's arguments are made of. */
export interface Cast {
  world: World;
  /** who may not */
  caller: Address;
  /** holds stake, has a case open against it, and has claimed `claimed` */
  provider: Actor;
  /** posted `posted` and `claimed` */
  requester: Actor;
  posted: Job;
  claimed: Job;
  /** posted with bids, on which none stands */
  bidding: Job;
  caseId: bigint;
  governor: { proposal: readonly [Address[], bigint[], Hex[], Hex]; id: bigint };
  authority: Target;
}

/** Who may not gets `error`; without `args` every argument is zero or empty. */
export interface Denied {
  error: string;
  args?: (cast: Cast) => readonly unknown[];
}

/** Anyone may: why that is right. */
export interface Open {
  open: string;
}

export type Row = Denied | Open;

export const managed: Denied = { error: "AccessManagedUnauthorized" };
export const initialized: Denied = { error: "InvalidInitialization" };
export const own = (what: string): Open => ({ open: `moves nothing but the sender's own ${what}` });
export const theirs = (what: string): Open => ({ open: `pays ${what} to whom it belongs, whoever asks` });
export const due = (what: string): Open => ({
  open: `${what}: anyone may, once it is due; the terms decide what happens`,
});

export const MANAGED: Record<string, Row> = {
  initialize: initialized,
  setAuthority: managed,
  upgradeToAndCall: managed,
};
