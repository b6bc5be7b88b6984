import { type Address, type Hex, parseSignature } from "viem";
import { assayTokenAbi, stakingManagerAbi } from "../abis.ts";
import { type AssayContext, requireWallet } from "../context.ts";
import { read } from "../internal/read.ts";
import { decodeError } from "../revert/decodeError.ts";
import { readDomain, type SigningDomain } from "./domain.ts";

/** What a holder signs to choose who casts its votes, for somebody else to send. */
export const delegationTypes = {
  Delegation: [
    { name: "delegatee", type: "address" },
    { name: "nonce", type: "uint256" },
    { name: "expiry", type: "uint256" },
  ],
} as const;

export interface DelegationMessage {
  delegatee: Address;
  nonce: bigint;
  /** Unix time, seconds */
  expiry: bigint;
}

/** A signed choice of who casts votes: anyone may send it, once. */
export interface SignedDelegation {
  to: Address;
  of: "liquid" | "staked";
  nonce: bigint;
  expiry: bigint;
  v: number;
  r: Hex;
  s: Hex;
}

/** What a wallet is asked to sign for a choice of representative. */
export function delegationTypedData(domain: SigningDomain, message: DelegationMessage) {
  return { domain, types: delegationTypes, primaryType: "Delegation", message } as const;
}

const WEEK = 7n * 86_400n;

/**
 * Lets the wallet sign who shall cast its votes; `delegateVotesBySignature` sends it. Good for one use.
 * @param args.expiry Unix time; a week from the chain's clock when left out
 * @throws AssayError SDK-005 without a wallet, SDK-044 when the owner declines
 */
export async function signDelegation(
  context: AssayContext,
  { to, of, ...args }: Pick<SignedDelegation, "to" | "of"> & { expiry?: bigint },
): Promise<SignedDelegation> {
  const { walletClient, account } = requireWallet(context);
  const { AssayToken, StakingManager } = context.deployment.contracts;
  const [abi, { address }] = of === "staked" ? [stakingManagerAbi, StakingManager] : [assayTokenAbi, AssayToken];
  const [domain, nonce] = await Promise.all([
    readDomain(context, address),
    read(context, { abi: abi as typeof assayTokenAbi, address, functionName: "nonces", args: [account.address] }),
  ]);
  try {
    const expiry = args.expiry ?? (await context.publicClient.getBlock()).timestamp + WEEK;
    const message = { delegatee: to, nonce, expiry };
    const signature = await walletClient.signTypedData({ account, ...delegationTypedData(domain, message) });
    const { r, s, yParity } = parseSignature(signature);
    return { to, of, nonce, expiry, v: 27 + yParity, r, s };
  } catch (error) {
    throw decodeError(error);
  }
}
