import type { Sentence } from "./sentence.ts";

const staking: Record<string, Sentence> = {
  Staking_ZeroAmount: { says: "the amount is zero", advice: "Give an amount above zero" },
  Staking_ZeroAddress: { says: "an address is zero", advice: "Give an account that somebody owns" },
  Staking_NotMarket: {
    says: "only the job market may lock and release bonds",
    advice: "Use the market's actions",
    kind: "fatal",
  },
  Staking_NotSlashing: {
    says: "only the slashing manager may hold and forfeit stake",
    advice: "Use the slashing manager's functions",
    kind: "fatal",
  },
  Staking_ReputationTooLow: {
    says: "provider {provider} has a score of {score}, the job asks for {wanted}",
    advice: "Claim jobs that ask for less until more results have been accepted; scores are in 1/10,000",
  },
  Staking_StakeTooLow: {
    says: "provider {provider} has {staked} of own stake, the job asks for {wanted}",
    advice: "Stake more, or claim jobs that ask for less",
  },
  Staking_NotPools: {
    says: "only the delegation pools may change the votes of delegated stake",
    advice: "Use delegateStake and undelegateStake",
    kind: "fatal",
  },
  Staking_NothingForAuditFund: {
    says: "nothing is waiting for the audit fund",
    advice: "Nothing to do",
    kind: "stale",
  },
  Staking_NotOperator: {
    says: "{found} is neither provider {provider} nor one of its operators",
    advice: "Let the provider's owner key call setOperator for this account",
  },
  Staking_InsufficientFreeStake: {
    says: "provider {provider} has {free} of free stake, {wanted} is needed",
    advice: "Stake more, or wait until running jobs release their bonds",
  },
  Staking_OverExposed: {
    says: "with this bond provider {provider} would have {locked} locked, its operators may keep {limit} locked",
    advice: "Wait until running jobs release their bonds, or let the owner key stake more or call setExposure",
  },
  Staking_ExposureOutOfRange: {
    says: "an exposure of {found} basis points is above {max}",
    advice: "Give a share of the stake from 0 to 10,000",
  },
  Staking_NothingToBurn: {
    says: "no forfeited bond is waiting to be burned",
    advice: "Nothing to do",
    kind: "stale",
  },
  Staking_TooManyThaws: {
    says: "{found} withdrawals are under way, the limit is {limit}",
    advice: "Withdraw the thawed ones first",
  },
  Staking_NothingThawed: {
    says: "nothing has thawed yet; the oldest withdrawal is ready at {readyAt:time}",
    advice: "Withdraw then, or call requestThaw first if none is under way",
    kind: "retryable",
  },
  Staking_NoCredit: { says: "{account} has no credit from forfeited bonds", advice: "There is nothing to claim" },
  Staking_ThawPeriodOutOfRange: {
    says: "a thaw period of {found} seconds is outside {min} to {max}",
    advice: "Choose a period inside the range",
  },
  Staking_StakeTooLarge: { says: "the stake would be {found}, the limit is {limit}", advice: "Stake a smaller amount" },
};

const delegation: Record<string, Sentence> = {
  Delegation_ZeroAddress: { says: "an address is zero", advice: "Give an account that somebody owns" },
  Delegation_NotMarket: {
    says: "only the job market may share fees",
    advice: "Use the market's collect",
    kind: "fatal",
  },
  Delegation_NotStaking: {
    says: "only the staking manager may slash a pool",
    advice: "There is nothing to call here",
    kind: "fatal",
  },
  Delegation_TooLarge: {
    says: "the pool would hold {found}, the limit is {limit}",
    advice: "Delegate a smaller amount",
  },
  Delegation_NotEnoughShares: {
    says: "{found} shares are there and not on their way out, {wanted} were asked for",
    advice: "Ask for at least one and at most that many",
  },
  Delegation_TooSmall: { says: "{amount} is worth less than one share", advice: "Delegate a larger amount" },
  Delegation_TooManyExits: {
    says: "{found} exits from this pool are under way, the limit is {limit}",
    advice: "Withdraw those that are ready first",
  },
  Delegation_NotMovable: {
    says: "the delegation can be moved from {from:time} on",
    advice: "Move it then, or ask it back with undelegateStake",
    kind: "retryable",
  },
  Delegation_NoRoom: {
    says: "running jobs leave {found} of the pool free, {wanted} is needed",
    advice: "Ask it back with undelegateStake: no new job can delay that",
    kind: "retryable",
  },
  Delegation_NothingReady: {
    says: "nothing can be withdrawn yet; the oldest exit has thawed at {readyAt:time}",
    advice:
      "Withdraw then and once the jobs that ran before have ended; call undelegateStake first if none is under way",
    kind: "retryable",
  },
  Delegation_SameProvider: { says: "{provider} is both source and target", advice: "Name another provider" },
  Delegation_CutOutOfRange: {
    says: "a cut of {found} basis points is above {max}",
    advice: "Give a share from 0 to 10,000",
  },
  Delegation_NoFees: {
    says: "{account} has no fees in {token} to claim",
    advice: "There is nothing to claim",
    kind: "stale",
  },
  Delegation_TooManyFeeTokens: {
    says: "{found} tokens are shared with delegators, the limit is {limit}",
    advice: "Fees in this token stay with the providers",
  },
  Delegation_FeeTokenKnown: { says: "fees in {token} are shared already", advice: "Nothing to do", kind: "stale" },
};

const slashing: Record<string, Sentence> = {
  Slashing_ZeroAddress: { says: "an address is zero", advice: "Give an account that somebody owns" },
  Slashing_NotMarket: {
    says: "only the job market may bring proofs",
    advice: "Use the market's expireJob or rejectJob",
    kind: "fatal",
  },
  Slashing_WrongReason: {
    says: "reason {found} does not belong here",
    advice: "Proofs are slashed through the market, evidence through cases",
  },
  Slashing_NothingToHold: {
    says: "provider {provider} has no free stake that the case could hold",
    advice: "Ask for more than zero, or wait until running jobs release their bonds",
  },
  Slashing_CaseUnderWay: {
    says: "case {id} of this reason against this provider is under way",
    advice: "Wait until it has ended",
  },
  Slashing_WrongStatus: { says: "case {id} is in status {found}", advice: "Read the case again", kind: "stale" },
  Slashing_NotProvider: { says: "{found} is not the accused provider {wanted}", advice: "Send it from the owner key" },
  Slashing_TooEarly: {
    says: "this is possible from {from:time} on",
    advice: "Send it then",
    kind: "retryable",
  },
  Slashing_TooLate: { says: "the time for this ended at {deadline:time}", advice: "The case can only be ended now" },
  Slashing_DelayOutOfRange: {
    says: "a delay of {found} seconds is outside {min} to {max}",
    advice: "Choose a delay inside the range",
  },
};

const reputation: Record<string, Sentence> = {
  Reputation_ZeroAddress: { says: "an address is zero", advice: "Give the staking manager", kind: "fatal" },
  Reputation_UnknownTier: { says: "tier {found} is not 1 to {count}", advice: "Name one of these tiers" },
  Reputation_ScoreOutOfRange: { says: "a score of {found} is above {max}", advice: "Give a score from 0 to 10,000" },
  Reputation_TierOrder: {
    says: "tier {tier} would ask for less than the one below it or more than the one above",
    advice: "Change its neighbours first",
  },
  Reputation_ZeroStakeCap: { says: "the cap is zero", advice: "Give a cap above zero" },
};

/** Errors of the staking manager, the delegation pools, the slashing manager and the reputation registry. */
export const stakingSentences: Readonly<Record<string, Sentence>> = {
  ...staking,
  ...delegation,
  ...slashing,
  ...reputation,
};
