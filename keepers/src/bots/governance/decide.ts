import type { ProposalState } from "@assay/sdk";
import type { GovernanceConfig } from "../../config.ts";

/** A proposal as far as carrying it out goes. */
export interface ProposalView {
  id: bigint;
  state: ProposalState;
  /** The last second to vote. */
  deadline: number;
  /** From when on it can be executed; null until it is queued. */
  eta: number | null;
}

export interface GovernanceAction {
  type: "queue" | "execute";
  id: bigint;
  /** Unix seconds from which on anyone may do it. */
  due: number;
}

/** Which proposals wait for nothing but somebody's transaction. Depends on nothing but its arguments. */
export function decideGovernance(
  proposals: readonly ProposalView[],
  { queue, execute }: Pick<GovernanceConfig, "queue" | "execute">,
  now: number,
): GovernanceAction[] {
  const actions = proposals.flatMap(({ id, state, deadline, eta }): GovernanceAction[] => {
    if (state === "succeeded" && queue) return [{ type: "queue", id, due: deadline + 1 }];
    if (state === "queued" && execute && eta !== null) return [{ type: "execute", id, due: eta }];
    return [];
  });
  return actions.filter(({ due }) => due <= now);
}
