import { type Address, type Hex, parseSignature } from "viem";
import { erc20PermitAbi } from "../abis.ts";
import { type ChainContext, requireWallet } from "../context.ts";
import { read } from "../internal/read.ts";
import { decodeError } from "../revert/decodeError.ts";
import { readDomain, type SigningDomain } from "./domain.ts";

/** EIP-2612's typed struct. */
export const permitTypes = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
} as const;

export interface PermitMessage {
  owner: Address;
  spender: Address;
  value: bigint;
  nonce: bigint;
  /** Unix time, seconds */
  deadline: bigint;
}

/** A signature in the form the contracts take it. */
export interface SignedPermit {
  deadline: bigint;
  v: number;
  r: Hex;
  s: Hex;
}

/** What a wallet is asked to sign for a permit. */
export function permitTypedData(domain: SigningDomain, message: PermitMessage) {
  return { domain, types: permitTypes, primaryType: "Permit", message } as const;
}

/** Seconds a permit stays valid when the caller names no deadline. */
const PERMIT_SECONDS = 3600n;

/**
 * Lets the wallet sign a permit for `spender`.
 * @param args.value allowance in the token's smallest unit
 * @param args.deadline Unix time; one hour after the chain's clock when left out
 * @throws AssayError SDK-005 without a wallet, SDK-014 when the token has no permit, SDK-044 when the owner declines
 */
export async function signPermit(
  context: ChainContext,
  args: { token: Address; spender: Address; value: bigint; deadline?: bigint | undefined },
): Promise<SignedPermit> {
  const { walletClient, account } = requireWallet(context);
  const domain = await readDomain(context, args.token);
  const owner = account.address;
  const nonce = await read(context, {
    abi: erc20PermitAbi,
    address: args.token,
    functionName: "nonces",
    args: [owner],
  });
  try {
    const deadline = args.deadline ?? (await context.publicClient.getBlock()).timestamp + PERMIT_SECONDS;
    const message = { owner, spender: args.spender, value: args.value, nonce, deadline };
    const signature = await walletClient.signTypedData({ account, ...permitTypedData(domain, message) });
    const { r, s, yParity } = parseSignature(signature);
    return { deadline, v: 27 + yParity, r, s };
  } catch (error) {
    throw decodeError(error);
  }
}
