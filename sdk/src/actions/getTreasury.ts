import { type Address, zeroAddress } from "viem";
import { treasuryAbi } from "../abis.ts";
import type { AssayContext } from "../context.ts";
import { requireContract } from "../deployment.ts";
import { mapBatched, read } from "../internal/read.ts";
import { getEvents } from "./getEvents.ts";

/** The treasury's account of one token, smallest unit: what was received is `held + paid + granted`. */
export interface TreasuryAccount {
  /** Zero for the chain's own coin. */
  token: Address;
  held: bigint;
  /** What the market holds for it: anyone may fetch it. */
  pending: bigint;
  paid: bigint;
  granted: bigint;
}

/** A grant and its vesting wallet, which nobody can take back. */
export interface Grant {
  id: bigint;
  token: Address;
  beneficiary: Address;
  wallet: Address;
  amount: bigint;
  /** Unix seconds; it vests linearly from `start` on, for `duration` seconds. */
  start: number;
  duration: number;
}

/**
 * The treasury's books and its grants.
 * @param args.tokens which tokens; ASY, the chain's own coin and whatever it has paid in when left out
 * @throws AssayError SDK-007 where the deployment has no treasury
 */
export async function getTreasury(
  context: AssayContext,
  args: { tokens?: readonly Address[] } = {},
): Promise<{ accounts: TreasuryAccount[]; grants: Grant[] }> {
  const treasury = { address: requireContract(context.deployment, "Treasury").address, abi: treasuryAbi } as const;
  const [paid, granted, fetched] = await Promise.all([
    getEvents(context, { contract: "Treasury", eventName: "Paid" }),
    getEvents(context, { contract: "Treasury", eventName: "Granted" }),
    getEvents(context, { contract: "Treasury", eventName: "FeesFetched" }),
  ]);
  const used = [...paid, ...granted, ...fetched].map((event) => event.args.token);
  const known = new Set([context.deployment.contracts.AssayToken.address, zeroAddress, ...used]);
  const accounts = await mapBatched(args.tokens ?? [...known], async (token) => {
    const call = { ...treasury, functionName: "accountOf", args: [token] } as const;
    const [held, pending, paidOut, grantedOut] = await read(context, call);
    return { token, held, pending, paid: paidOut, granted: grantedOut };
  });
  const grants = granted.map(({ args: grant }) => ({
    ...grant,
    start: Number(grant.start),
    duration: Number(grant.duration),
  }));
  return { accounts, grants };
}
