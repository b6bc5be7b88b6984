import type { GatewayMessage } from "@assay/sdk";
import {
  type Address,
  concatHex,
  encodeAbiParameters,
  type Hex,
  keccak256,
  parseAbiParameters,
  stringToHex,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";

/** The signers of a gateway, ascending by address, of weight 1 each. */
export interface WeightedSigners {
  signers: readonly { signer: Address; weight: bigint }[];
  threshold: bigint;
  nonce: Hex;
}

/** What a gateway is asked to let through. */
export type Approvable = Omit<GatewayMessage, "payload" | "destinationChain">;

const SIGNERS = "((address signer, uint128 weight)[] signers, uint128 threshold, bytes32 nonce) signers" as const;
const MESSAGES =
  "uint8, (string sourceChain, string messageId, string sourceAddress, address contractAddress, bytes32 payloadHash)[]" as const;
/** CommandType.ApproveMessages */
const APPROVE = 0;

/** @param threshold how many of the keys must sign */
export function signersOf(keys: readonly Hex[], threshold: number): WeightedSigners {
  const signers = keys
    .map((key) => ({ signer: privateKeyToAccount(key).address, weight: 1n }))
    .sort((a, b) => (BigInt(a.signer) < BigInt(b.signer) ? -1 : 1));
  return { signers, threshold: BigInt(threshold), nonce: `0x${"00".repeat(32)}` };
}

/** What a gateway keeps of its signers. */
export function signersHash(signers: WeightedSigners): Hex {
  return keccak256(encodeAbiParameters(parseAbiParameters(SIGNERS), [signers]));
}

/** A proof by exactly as many keys as the threshold asks for: one signature more is refused. */
export async function proofOf(
  messages: readonly Approvable[],
  domain: Hex,
  signers: WeightedSigners,
  keys: readonly Hex[],
): Promise<{ signers: WeightedSigners; signatures: Hex[] }> {
  const dataHash = keccak256(encodeAbiParameters(parseAbiParameters(MESSAGES), [APPROVE, messages]));
  const hash = keccak256(
    concatHex([stringToHex("\x19Ethereum Signed Message:\n96"), domain, signersHash(signers), dataHash]),
  );
  const chosen = keys
    .map((key) => privateKeyToAccount(key))
    .sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1))
    .slice(0, Number(signers.threshold));
  return { signers, signatures: await Promise.all(chosen.map((account) => account.sign({ hash }))) };
}
