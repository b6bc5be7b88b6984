import type { PublicClient } from "viem";
import { tooDear } from "./tx-errors.ts";

export type BumpPolicy = {
  /** Blocks without a receipt after which the fee is raised. */
  afterBlocks: number;
  /** Factor in parts per thousand; nodes want at least 1100 for a replacement. */
  factorPerMille: number;
  /** Most versions of one transaction. */
  maxAttempts: number;
  /** Ceiling of maxFeePerGas, in wei; no version ever offers more. */
  maxFeePerGas: bigint;
  /** Blocks after the last version before giving up. */
  giveUpBlocks: number;
};

export const DEFAULT_BUMP: BumpPolicy = {
  afterBlocks: 3,
  factorPerMille: 1125,
  maxAttempts: 12,
  maxFeePerGas: 500_000_000_000n,
  giveUpBlocks: 50,
};

export type Fees = { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint };

/** Nodes refuse a replacement that offers less than a tenth more. */
const LEAST_RISE_PER_MILLE = 1100n;

/**
 * Fees for a first version: the chain's own estimate, cut to the ceiling.
 * @throws DK-036 when even the base fee is above it
 */
export async function firstFees(client: PublicClient, policy: BumpPolicy): Promise<Fees> {
  const [fees, block] = await Promise.all([client.estimateFeesPerGas(), client.getBlock()]);
  const base = block.baseFeePerGas ?? 0n;
  if (base > policy.maxFeePerGas) throw tooDear(base, policy.maxFeePerGas);
  return cut(fees, policy.maxFeePerGas);
}

/** Fees for the next version, or undefined when the ceiling leaves no rise that a node would take. */
export function bumpedFees(last: Fees, estimate: Fees, policy: BumpPolicy): Fees | undefined {
  const raised = cut(
    {
      maxFeePerGas: max(riseUp(last.maxFeePerGas, policy.factorPerMille), estimate.maxFeePerGas),
      maxPriorityFeePerGas: max(
        riseUp(last.maxPriorityFeePerGas, policy.factorPerMille),
        estimate.maxPriorityFeePerGas,
      ),
    },
    policy.maxFeePerGas,
  );
  const enough =
    raised.maxFeePerGas * 1000n >= last.maxFeePerGas * LEAST_RISE_PER_MILLE &&
    raised.maxPriorityFeePerGas * 1000n >= last.maxPriorityFeePerGas * LEAST_RISE_PER_MILLE;
  return enough ? raised : undefined;
}

function riseUp(fee: bigint, perMille: number): bigint {
  return (fee * BigInt(perMille) + 999n) / 1000n;
}

function cut(fees: Fees, ceiling: bigint): Fees {
  const maxFeePerGas = min(fees.maxFeePerGas, ceiling);
  return { maxFeePerGas, maxPriorityFeePerGas: min(fees.maxPriorityFeePerGas, maxFeePerGas) };
}

const min = (a: bigint, b: bigint) => (a < b ? a : b);
const max = (a: bigint, b: bigint) => (a > b ? a : b);
