import type { Address } from "viem";
import { slashingManagerAbi } from "../abis.ts";
import type { AssayContext } from "../context.ts";
import { AssayError } from "../errors.ts";
import { read } from "../internal/read.ts";

/** Why stake is lost, in the slashing manager's numbering. */
export const slashReasons = ["none", "late", "rejected", "dataWithheld", "falseCapability", "collusion"] as const;
export const caseStatuses = ["none", "open", "appealed", "upheld", "executed", "vetoed", "lapsed"] as const;

/** A slash on evidence that is not a proof. */
export interface SlashCase {
  id: bigint;
  provider: Address;
  /** Stake that is held for it, ASY's smallest unit. */
  amount: bigint;
  victim: Address;
  /** Unix time; what it ends depends on the status: the time to appeal, to decide, to execute. */
  deadline: number;
  reason: (typeof slashReasons)[number];
  status: (typeof caseStatuses)[number];
}

/**
 * One case of the slashing manager.
 * @throws AssayError SDK-026 when there is no such case
 */
export async function getCase(context: AssayContext, { id }: { id: bigint }): Promise<SlashCase> {
  const found = await read(context, {
    abi: slashingManagerAbi,
    address: context.deployment.contracts.SlashingManager.address,
    functionName: "caseOf",
    args: [id],
  });
  if (found.status === 0) {
    throw new AssayError("SDK-026", {
      message: `the slashing manager knows no case ${id}`,
      found: "no case",
      wanted: "the id that CaseOpened told",
      hint: "List the provider's cases",
    });
  }
  const { provider, amount, victim, deadline, reason, status } = found;
  return {
    id,
    provider,
    amount,
    victim,
    deadline: Number(deadline),
    reason: slashReasons[reason] ?? "none",
    status: caseStatuses[status] ?? "none",
  };
}
