import type { Address, Hex } from "viem";
import { jobMarketplaceAbi } from "../abis.ts";
import type { JobTerms } from "../codec/types.ts";
import { type AssayContext, requireWallet } from "../context.ts";
import { marketAddress } from "../internal/jobEvents.ts";
import { read } from "../internal/read.ts";
import { decodeError } from "../revert/decodeError.ts";
import { readDomain, type SigningDomain } from "./domain.ts";

/** What a requester signs so that a provider may post and claim the job in one step (`claimOrder`). */
export const orderTypes = {
  JobOrder: [
    { name: "requester", type: "address" },
    { name: "maxPrice", type: "uint96" },
    { name: "token", type: "address" },
    { name: "minPrice", type: "uint96" },
    { name: "bond", type: "uint96" },
    { name: "rampStart", type: "uint40" },
    { name: "rampLength", type: "uint24" },
    { name: "claimBy", type: "uint40" },
    { name: "runTime", type: "uint24" },
    { name: "feeBps", type: "uint16" },
    { name: "minReputation", type: "uint16" },
    { name: "provider", type: "address" },
    { name: "generation", type: "uint32" },
    { name: "lane", type: "uint16" },
    { name: "window", type: "uint24" },
    { name: "policy", type: "uint16" },
    { name: "specHash", type: "bytes32" },
    { name: "minStake", type: "uint96" },
    { name: "capabilities", type: "uint64" },
    { name: "memoryClass", type: "uint8" },
    { name: "rule", type: "uint8" },
    { name: "epoch", type: "uint256" },
  ],
} as const;

/** What a provider or its operator signs to bid for a job. */
export const bidTypes = {
  Bid: [
    { name: "job", type: "bytes32" },
    { name: "provider", type: "address" },
    { name: "bidder", type: "address" },
    { name: "price", type: "uint96" },
    { name: "expiry", type: "uint40" },
    { name: "epoch", type: "uint256" },
  ],
} as const;

/** A bid, as the contract takes it. */
export interface Bid {
  provider: Address;
  /** Who signs and may submit later: the provider or its operator. */
  bidder: Address;
  /** In the job's token, from the terms' minPrice to their maxPrice. */
  price: bigint;
  /** Unix time of the last moment at which it may be used; a bid that shall stand needs the job's claimBy at least. */
  expiry: number;
}

/** What a wallet is asked to sign for an order. @param epoch the requester's, see `epochOf` of the market */
export function orderTypedData(domain: SigningDomain, terms: JobTerms, epoch: bigint) {
  const { version: _, priceWeight: _p, stakeWeight: _s, reputationWeight: _r, ...fields } = terms;
  return { domain, types: orderTypes, primaryType: "JobOrder", message: { ...fields, epoch } } as const;
}

/** What a wallet is asked to sign for a bid. @param epoch the bidder's */
export function bidTypedData(domain: SigningDomain, job: Hex, bid: Bid, epoch: bigint) {
  return { domain, types: bidTypes, primaryType: "Bid", message: { job, ...bid, epoch } } as const;
}

/** The market's domain, and the epoch that a signature of this account must name. */
async function signingFacts(context: AssayContext, account: Address) {
  const address = marketAddress(context);
  const [domain, epoch] = await Promise.all([
    readDomain(context, address),
    read(context, { abi: jobMarketplaceAbi, address, functionName: "epochOf", args: [account] }),
  ]);
  return { domain, epoch };
}

/**
 * Lets the wallet sign an order: whoever holds it may claim the job until `claimBy`, as long as the in-market balance
 * covers the price. `retireLane` takes one order back, `revokeSignatures` all.
 * @param args.terms as `preparePostJob` makes them, the requester being the wallet's account
 * @throws AssayError SDK-005 without a wallet, SDK-044 when the owner declines
 */
export async function signOrder(context: AssayContext, { terms }: { terms: JobTerms }): Promise<Hex> {
  const { walletClient, account } = requireWallet(context);
  const { domain, epoch } = await signingFacts(context, account.address);
  try {
    return await walletClient.signTypedData({ account, ...orderTypedData(domain, terms, epoch) });
  } catch (error) {
    throw decodeError(error);
  }
}

/**
 * Lets the wallet sign a bid.
 * @param args.job the job's id
 * @param args.bid whose bidder is the wallet's account
 * @throws AssayError SDK-005 without a wallet, SDK-044 when the owner declines
 */
export async function signBid(context: AssayContext, { job, bid }: { job: Hex; bid: Bid }): Promise<Hex> {
  const { walletClient, account } = requireWallet(context);
  const { domain, epoch } = await signingFacts(context, account.address);
  try {
    return await walletClient.signTypedData({ account, ...bidTypedData(domain, job, bid, epoch) });
  } catch (error) {
    throw decodeError(error);
  }
}
