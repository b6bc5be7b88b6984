import type { Sentence } from "./sentence.ts";

const governor: Record<string, Sentence> = {
  Governor_AlreadyOverridden: {
    says: "{account} has voted with its own tokens on this proposal already",
    advice: "An override counts once and cannot be changed",
  },
  Governor_GuardianReplacement: {
    says: "the proposal guardian may not cancel a proposal that only replaces it",
    advice: "Let the vote decide",
  },
  Governor_NothingToOverride: {
    says: "{account} had no ASY, liquid or staked, at {snapshot:time}, when the proposal's votes were fixed",
    advice: "Tokens that arrive later vote on later proposals",
  },
  Governor_OutOfRange: {
    says: "the setting {setting:text} would be {found}, outside {min} to {max}",
    advice: "Propose a value inside the bounds",
  },
  Governor_ZeroAddress: { says: "an address is zero", advice: "Give the contract's address", kind: "fatal" },
  GovernorAlreadyCastVote: {
    says: "{voter} has voted on this proposal already",
    advice: "A vote cannot be changed; an owner may still override its share with castOverrideVote",
  },
  GovernorAlreadyQueuedProposal: { says: "the proposal is queued already", advice: "Wait for the timelock" },
  GovernorDisabledDeposit: { says: "the governor takes no deposits", advice: "Send it to the treasury" },
  GovernorInsufficientProposerVotes: {
    says: "{proposer} had {votes} votes a moment ago, a proposal needs {threshold}",
    advice: "Delegate your ASY to yourself, wait for the next block, or find a representative with enough votes",
  },
  GovernorInvalidProposalLength: {
    says: "a proposal of {targets} targets, {values} values and {calldatas} calls does not fit together",
    advice: "Bring the three lists with the same length, at least one entry each",
  },
  GovernorInvalidQuorumFraction: {
    says: "a quorum of {quorumNumerator} of {quorumDenominator} cannot be reached",
    advice: "Choose at most the whole",
  },
  GovernorInvalidSignature: { says: "the ballot is not signed by {voter}", advice: "Sign again with the voter's key" },
  GovernorInvalidVoteParams: { says: "votes take no parameters here", advice: "Use castVoteWithReason" },
  GovernorInvalidVoteType: { says: "there is no such side", advice: "0 against, 1 for, 2 abstain" },
  GovernorInvalidVotingPeriod: { says: "a vote of {votingPeriod} seconds is none", advice: "Choose a longer period" },
  GovernorNonexistentProposal: {
    says: "there is no proposal {proposalId}",
    advice: "Check the id; queue, execute and cancel need the exact targets, values, calls and description",
  },
  GovernorOnlyExecutor: {
    says: "only a proposal may do this, not {account}",
    advice: "Propose it",
  },
  GovernorPreventLateQuorumVoteExtensionTooLarge: {
    says: "an extension of {newVoteExtension} s exceeds the voting period's {maxVoteExtension} s",
    advice: "Choose a shorter extension",
  },
  GovernorProposalQueueingFailed: {
    says: "the timelock does not hold the proposal afterwards",
    advice: "Check that the governor may propose to the timelock",
    kind: "fatal",
  },
  GovernorProposalQueueingNotRequired: { says: "the proposal needs no queue", advice: "Execute it" },
  GovernorRestrictedProposer: {
    says: "the description reserves this proposal for another proposer than {proposer}",
    advice: "Propose from the account that the description's #proposer= names",
  },
  GovernorUnableToCancel: {
    says: "{account} may not cancel this proposal",
    advice: "Only the proposal guardian may, and the proposer where there is none or while it is pending",
  },
  GovernorUnexpectedProposalState: {
    says: "the proposal is in state {current} (0 pending, 1 active, 2 canceled, 3 defeated, 4 succeeded, 5 queued, 6 expired, 7 executed)",
    advice: "Vote while active, queue when succeeded, execute when queued and the delay has passed",
    kind: "stale",
  },
  ERC6372InconsistentClock: { says: "the vote sources disagree about the time", advice: "Report it", kind: "fatal" },
};

const timelock: Record<string, Sentence> = {
  Timelock_DelayNotAboveThaw: {
    says: "afterwards the delay would be {delay} s and a thaw {thawPeriod} s: nobody could leave in time",
    advice: "Keep the delay longer than the thaw",
  },
  Timelock_DelayTooLong: { says: "a delay of {delay} s exceeds {max} s", advice: "Choose a shorter delay" },
  Timelock_NotSelf: { says: "only the timelock may do this to itself", advice: "Propose it" },
  Timelock_ZeroAddress: { says: "the staking manager is zero", advice: "Give its address", kind: "fatal" },
  TimelockInsufficientDelay: { says: "{delay} s is less than the delay of {minDelay} s", advice: "Wait longer" },
  TimelockInvalidOperationLength: {
    says: "{targets} targets, {payloads} calls and {values} values do not fit together",
    advice: "Bring lists of the same length",
  },
  TimelockUnauthorizedCaller: { says: "only the timelock itself may do this, not {caller}", advice: "Propose it" },
  TimelockUnexecutedPredecessor: {
    says: "the operation {predecessorId} must be executed first",
    advice: "Execute that one",
  },
  TimelockUnexpectedOperationState: {
    says: "the operation is not ready, or not waiting any more",
    advice: "Look at its time: it can be executed once, after the delay",
    kind: "stale",
  },
  AccessControlBadConfirmation: { says: "a role can be given up by its holder only", advice: "Name yourself" },
  AccessControlUnauthorizedAccount: {
    says: "{account} does not hold the role {neededRole}",
    advice: "Go through the governor",
  },
};

const money: Record<string, Sentence> = {
  Treasury_Insufficient: {
    says: "{wanted} of {token} wanted, {held} held",
    advice: "Fetch the fees first, or pay less",
  },
  Treasury_PaymentFailed: { says: "{to} refused {amount} wei", advice: "Pay an account that accepts coins" },
  Treasury_ZeroAddress: { says: "an address is zero", advice: "Name the payee and the token" },
  Treasury_ZeroAmount: { says: "the amount is zero", advice: "There is nothing to move" },
  Treasury_ZeroDuration: {
    says: "a grant must vest over some time",
    advice: "Pay at once instead, or give a duration",
  },
};

const council: Record<string, Sentence> = {
  Council_Closed: { says: "the council may not call {setter} of {target}", advice: "Governance opens it with a range" },
  Council_EmptyRange: { says: "the range {min} to {max} is empty", advice: "Give the smaller number first" },
  Council_OutOfRange: { says: "{value} is outside {min} to {max}", advice: "Stay inside, or propose another range" },
  Council_TooSoon: { says: "it was moved less than an hour ago, next at {readyAt:time}", advice: "Wait until then" },
  Council_ZeroTarget: { says: "the target is zero", advice: "Name a contract" },
};

const grants: Record<string, Sentence> = {
  Grants_CreditsSpent: {
    says: "{wanted} credits wanted, {left} are left of this voice",
    advice: "Spend at most what voiceOf leaves; credits that were spent cannot be taken back",
  },
  Grants_OutOfTime: {
    says: "it is {now_:time}, the round allows this from {from:time} until {to:time}",
    advice: "Read the round: projects, votes, payments and the sweep each have their time",
    kind: "stale",
  },
  Grants_Settled: {
    says: "project {project} of round {round} is settled already",
    advice: "Nothing is left to do for it",
    kind: "stale",
  },
  Grants_Struck: {
    says: "project {project} of round {round} was struck by governance",
    advice: "Vote for another project",
    kind: "stale",
  },
  Grants_Swept: {
    says: "the rest of round {round} is back in the treasury already",
    advice: "Nothing is left to do for it",
    kind: "stale",
  },
  Grants_TimesOutOfRange: {
    says: "a vote from {votingStart:time} to {votingEnd:time} is not possible",
    advice: "Start in the future, end after the start and within 60 days",
  },
  Grants_Unfunded: {
    says: "the round wants {wanted} of {token}, {free} are not promised yet",
    advice: "Let the treasury pay the budget to the grants contract in the same proposal, before the round is opened",
  },
  Grants_UnknownProject: { says: "round {round} has no project {project}", advice: "Projects count from zero" },
  Grants_UnknownRound: { says: "there is no round {round}", advice: "Rounds count from zero" },
  Grants_VoiceTooSmall: {
    says: "{account} has a voice of {voice}, {min} is the least",
    advice: "Stake or delegate before the next round, and at least seven days before its snapshot",
  },
  Grants_ZeroAddress: { says: "an address is zero", advice: "Name the account" },
  Grants_ZeroAmount: { says: "an amount is zero", advice: "Give an amount above zero" },
};

/** Errors of the governor, the timelock, the treasury, the parameter council and the grants. */
export const governanceSentences: Readonly<Record<string, Sentence>> = {
  ...governor,
  ...timelock,
  ...money,
  ...council,
  ...grants,
};
