import { type Address, getAddress } from "viem";
import { delegationPoolsAbi, erc20Abi } from "../abis.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { mapBatched, read } from "../internal/read.ts";
import { getBalance } from "./getBalance.ts";
import { getDelegation } from "./getDelegation.ts";
import { getEvents } from "./getEvents.ts";
import { getStake } from "./getStake.ts";

/** Everything that an account has in the protocol, in ASY's smallest unit. */
export interface Holdings {
  account: Address;
  /** In the wallet. */
  wallet: bigint;
  /** In the market: free, and earned but not collected, after the fee. */
  market: { available: bigint; earned: bigint };
  /** Own stake: all of it, the part that backs jobs, and what is on its way out. */
  stake: { total: bigint; locked: bigint; thawing: bigint };
  /** From forfeited bonds, not claimed yet. */
  credit: bigint;
  /** Behind other providers: worth now, the part that was asked back, and fees to claim in ASY. */
  delegations: { provider: Address; assets: bigint; exiting: bigint; fees: bigint }[];
  /** The sum of it all; what is asked back is part of a delegation's assets. */
  total: bigint;
}

/**
 * The full account of one holder: wallet, market, stake, thaws, credits, delegations.
 * @param args.account the wallet's when left out
 * @throws AssayError SDK-042 when the endpoint gives no logs (delegations are found by their events)
 */
export async function getHoldings(context: AssayContext, args: { account?: Address } = {}): Promise<Holdings> {
  const account = accountOr(context, args.account);
  const { address } = context.deployment.contracts.AssayToken;
  const [wallet, balance, own, delegations] = await Promise.all([
    read(context, { abi: erc20Abi, address, functionName: "balanceOf", args: [account] }),
    getBalance(context, { account }),
    getStake(context, { provider: account }),
    delegationsOf(context, account),
  ]);
  const market = { available: balance.available, earned: balance.earnedGross - balance.earnedFee };
  const thawing = own.thaws.reduce((sum, { amount }) => sum + amount, 0n);
  const stake = { total: own.stake, locked: own.locked, thawing };
  const behind = delegations.reduce((sum, { assets, fees }) => sum + assets + fees, 0n);
  const total = wallet + market.available + market.earned + own.stake + thawing + own.credit + behind;
  return { account, wallet, market, stake, credit: own.credit, delegations, total };
}

async function delegationsOf(context: AssayContext, account: Address): Promise<Holdings["delegations"]> {
  const contract = "DelegationPools";
  const [made, moved] = await Promise.all([
    getEvents(context, { contract, eventName: "StakeDelegated", args: { account } }),
    getEvents(context, { contract, eventName: "StakeRedelegated", args: { account } }),
  ]);
  const providers = new Set([
    ...made.map((event) => getAddress(event.args.provider)),
    ...moved.map((event) => getAddress(event.args.to)),
  ]);
  const { AssayToken, DelegationPools } = context.deployment.contracts;
  const all = await mapBatched([...providers], async (provider) => {
    const [{ assets, shares, exiting }, fees] = await Promise.all([
      getDelegation(context, { provider, account }),
      read(context, {
        abi: delegationPoolsAbi,
        address: DelegationPools.address,
        functionName: "feesOf",
        args: [provider, AssayToken.address, account],
      }),
    ]);
    // shares that were asked back are still in the pool, and worth their part of it
    return { provider, assets, exiting: shares === 0n ? 0n : (assets * exiting) / shares, fees };
  });
  return all.filter(({ assets, fees }) => assets > 0n || fees > 0n);
}
