/** Mutants that no test can notice, by the text of their line and the operator, each with its reason. */
export interface Equivalent {
  path: string;
  /** a part of the line */
  text: string;
  operator: string;
  reason: string;
}

export const EQUIVALENTS: readonly Equivalent[] = [
  {
    path: "contracts/staking/DelegationPools.sol",
    text: "bps < current ? bps : current",
    operator: "bound moved by one",
    reason: "at equality both sides are the same number",
  },
  {
    path: "contracts/libraries/BaseFee.sol",
    text: "bool up = volume > target",
    operator: "bound moved by one",
    reason: "the line before returns when both are equal",
  },
  {
    path: "contracts/market/MarketJobs.sol",
    text: "if (terms.minStake() > demand.minStake)",
    operator: "bound moved by one",
    reason: "at equality both sides are the same number",
  },
];
