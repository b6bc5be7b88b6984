import { type Address, concat, type Hex, keccak256, numberToHex } from "viem";
import { outOfRange, requireBytes32 } from "../internal/layout.ts";

/**
 * DSP-05: hash of a state, H(0x03, step:u64, count:u16, roots). At step 0 it is a spec's `initState`, at the last step
 * the final state of DSP-13.
 * @param step completed steps
 * @param roots roots of the state's tensors, in order, 32 bytes each
 * @throws AssayError SDK-001
 */
export function stateHash(step: number | bigint, roots: readonly Hex[]): Hex {
  if (BigInt(step) < 0n || BigInt(step) >> 64n !== 0n) throw outOfRange("step", step, "0 to 2^64 - 1");
  if (roots.length > 0xffff) throw outOfRange("roots", roots.length, "at most 65535 roots");
  for (const [index, root] of roots.entries()) requireBytes32(`roots[${index}]`, root);
  return keccak256(
    concat(["0x03", numberToHex(BigInt(step), { size: 8 }), numberToHex(roots.length, { size: 2 }), ...roots]),
  );
}

/**
 * A spec's `dataRoot`: H(0x0f, roots of the constants in order).
 * @throws AssayError SDK-001
 */
export function dataRoot(constRoots: readonly Hex[]): Hex {
  for (const [index, root] of constRoots.entries()) requireBytes32(`constRoots[${index}]`, root);
  return keccak256(concat(["0x0f", ...constRoots]));
}

/** What a claim's nonce is drawn from (DSP-11). */
export interface NonceInputs {
  chainId: number | bigint;
  market: Address;
  id: Hex;
  provider: Address;
  /** Hash of the block before the claim's. */
  parentHash: Hex;
  /** The claim's block's `mixHash`. */
  prevRandao: Hex;
}

/** DSP-11: H(0x0a, chainid, market, job, provider, blockhash(b-1), prevrandao). */
export function claimNonce({ chainId, market, id, provider, parentHash, prevRandao }: NonceInputs): Hex {
  requireBytes32("prevRandao", prevRandao);
  return keccak256(
    concat(["0x0a", numberToHex(BigInt(chainId), { size: 32 }), market, id, provider, parentHash, prevRandao]),
  );
}

/** DSP-13: H(0x0b, job, nonce, runRoot, finalState): the 32 bytes a provider stands behind. */
export function resultCommitment(result: { id: Hex; nonce: Hex; runRoot: Hex; finalState: Hex }): Hex {
  for (const name of ["id", "nonce", "runRoot", "finalState"] as const) requireBytes32(name, result[name]);
  return keccak256(concat(["0x0b", result.id, result.nonce, result.runRoot, result.finalState]));
}
