import type { Address } from "viem";
import { ASY_UNIT } from "../../support/actor.ts";
import type { End, Link } from "./link.ts";
import { createRemote, type Remote, type Sent } from "./remote.ts";

/** What each user has on the satellite at the beginning. */
export const FUNDS = 1_000n * ASY_UNIT;
/** States of a remote job at the portal. */
export const STATUS = { none: 0, sent: 1, ended: 2, refunded: 3 };
/** States of a transfer where it arrives, and where it came from. */
export const IN = { none: 0, queued: 1, accepted: 2, refused: 3 };
export const OUT = { sent: 1, accepted: 2, refused: 3, returned: 4 };

/** Two linked chains with the market, hub and portal, and the people of the tests. */
export interface RemoteScene {
  remote: Remote;
  link: Link;
  home: End;
  satellite: End;
  user: Address;
  other: Address;
  stranger: Address;
  /** Both chains as they were at the beginning. */
  reset: () => Promise<void>;
  /** ASY of an account on the satellite. */
  wallet(account: Address): Promise<bigint>;
  /** Tells the other chain what became of these transfers there. */
  acknowledge(end: End, ...numbers: bigint[]): Promise<void>;
  /** Posts a job, which arrives. */
  posted(...args: Parameters<Remote["post"]>): Promise<Sent>;
}

export async function createRemoteScene(): Promise<RemoteScene> {
  const remote = await createRemote([1, 2]);
  const { link } = remote;
  const { home, satellite } = link;
  const [, user, other, stranger] = home.chain.accounts as [Address, Address, Address, Address];
  return {
    ...{ remote, link, home, satellite, user, other, stranger },
    reset: await link.snapshot(),
    wallet: (account) => link.balance(satellite, account),
    acknowledge: async (end, ...numbers) => {
      await link.act(end, stranger, end.bridge, "acknowledge", [link.other(end).chainId, numbers]);
      await link.settle();
    },
    posted: async (...args) => {
      const sent = await remote.post(...args);
      await link.settle();
      return sent;
    },
  };
}
