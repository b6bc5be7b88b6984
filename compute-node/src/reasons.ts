/** Why an open job is not taken, or an own one not worked on. Stable: operators filter and count by them. */
export const skipReasons = {
  SKIP_DRAINING: "the node is stopping",
  SKIP_LEAVING: "the operator is leaving: nothing more is claimed",
  SKIP_DECLINED: "the operator declined the job",
  SKIP_AWAITS_APPROVAL: "the job fits and waits for the operator's approval",
  SKIP_NOT_NAMED: "only jobs that the operator names are taken",
  SKIP_REQUESTER: "the operator takes no jobs of this requester",
  SKIP_KIND: "the operator takes no jobs of this kind",
  SKIP_SIZE: "the job is smaller or larger than the operator takes",
  SKIP_MARGIN: "the price does not cover costs and margin, nor will it",
  SKIP_PRICE_RISES: "the price covers the costs and still rises",
  SKIP_NOT_FOR_ME: "the job names another provider",
  SKIP_NOT_OPERATOR: "the signing key is not an operator of the provider",
  SKIP_RULES_VERSION: "the job's rules are of a version this engine does not know",
  SKIP_REPUTATION: "the job wants a higher reputation than the provider has",
  SKIP_DEADLINE_TOO_CLOSE: "claimBy is too close or has passed",
  SKIP_TOKEN: "the operator takes no such token",
  SKIP_PRICE_TOO_LOW: "the price is below the operator's minimum",
  SKIP_PAY_TOO_LOW: "the price per multiply-add is below the operator's minimum",
  SKIP_STAKE: "the free stake does not cover the bond",
  SKIP_EXPOSURE: "the owner allows operators no such part of the stake in bonds",
  SKIP_BOND: "the bond is above the operator's limit",
  SKIP_WINDOW: "the result could be challenged for longer than the operator allows",
  SKIP_DEFENDING: "a challenge to an own result is answered first",
  SKIP_GAS: "the signing account has too little of the chain's coin",
  SKIP_RUN_TIME_TOO_SHORT: "this machine would not be done in time",
  SKIP_MEMORY: "the run needs more memory than the operator allows",
  SKIP_DISK: "the checkpoints would not fit into the space that the operator allows",
  SKIP_INPUTS: "the inputs cannot be had or are not what the spec says",
  SKIP_BUSY: "as many jobs as allowed are under way",
  SKIP_LOST: "another provider was faster",
  SKIP_GAVE_UP: "every attempt at the run failed",
  SKIP_DEADLINE_PASSED: "the time for the result is over",
  SKIP_OTHER_OPERATOR: "another operator of this provider claimed it",
} as const satisfies Record<string, string>;

export type SkipReason = keyof typeof skipReasons;

/** What befell a job at this node, beside the reasons to skip it. Stable: operators filter and count by them. */
export const eventReasons = {
  INPUTS_VERIFIED: "the inputs were fetched and are what the spec says",
  INPUTS_REFUSED: "the inputs cannot be had or are not what the spec says",
  CLAIM_DECIDED: "the node decided to claim the job",
  CLAIMED: "the claim is in a block",
  CLAIM_LOST: "another provider was faster",
  CLAIM_REFUSED: "the market refuses the claim",
  CLAIM_REVERTED: "the claim reverted on chain although nobody was faster",
  CLAIM_CHANGED: "the claim is gone or another one now: a reorganisation, or another process",
  RUN_STARTED: "a run began, or went on from its last checkpoint",
  RUN_FAILED: "an attempt at the run failed",
  RUN_FINISHED: "the run is done",
  GAVE_UP: "the job was given up; its bond is at stake",
  SUBMIT_REVERTED: "the result's transaction reverted on chain; it is sent once more",
  SUBMITTED: "the result is in a block",
  FINALIZED: "the job is settled, the price is earned",
  SETTLED_BY_OTHERS: "somebody else settled the job first",
  CHALLENGED: "the result was challenged",
  ENDED: "the job has ended on chain",
} as const satisfies Record<string, string>;

export type EventReason = keyof typeof eventReasons;
export type Reason = EventReason | SkipReason;

/** What a reason means, in words. */
export function meaningOf(reason: string): string {
  const all: Readonly<Record<string, string>> = { ...skipReasons, ...eventReasons };
  return all[reason] ?? "a reason of another version of this node";
}
