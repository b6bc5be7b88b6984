import { crosschainSentences } from "./crosschainSentences.ts";
import { governanceSentences } from "./governanceSentences.ts";
import { feedSentences, marketSentences, registrySentences } from "./marketSentences.ts";
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

const hub: Record<string, Sentence> = {
  Hub_StrategyOutOfRange: {
    says: "strategy number {found} is not below {limit}",
    advice: "Choose a free number below the limit",
  },
  Hub_StrategyTaken: {
    says: "strategy number {number} belongs to {current}",
    advice: "A strategy is never replaced: register under a free number",
  },
  Hub_NotAContract: { says: "{found} holds no contract", advice: "Give the address of a deployed strategy" },
  Hub_UnknownPolicy: {
    says: "policy {found} names strategies that are not registered (registered: {registered}), or leaves out bit 0",
    advice: "A policy is a sum of registered bits and always includes 1, the optimistic window",
  },
  Hub_NotJudgeable: {
    says: "strategy {strategy} of the policy cannot judge this job",
    advice: "Name in the spec the judge that this strategy works with, or choose another policy",
  },
  Hub_NotEnoughGas: {
    says: "{found} gas was left to hear the strategies, each needs {perStrategy}",
    advice: "Send the transaction with a higher gas limit",
  },
};

const dispute: Record<string, Sentence> = {
  Dispute_ZeroAddress: { says: "an address is zero", advice: "Give an account that somebody owns" },
  Dispute_ZeroAmount: { says: "the amount is zero", advice: "Give an amount above zero" },
  Dispute_LimitsTooLong: {
    says: "with these clocks a dispute could last {found} seconds, the limit is {limit}",
    advice: "Deploy the referee with a shorter window or shorter clocks",
    kind: "fatal",
  },
  Dispute_NotInPolicy: {
    says: "the job's policy {policy} does not name the referee, strategy {strategy}",
    advice: "Such a result cannot be disputed here",
  },
  Dispute_UnknownJudge: {
    says: "the job pins another judge than this referee's",
    advice: "Take it to the referee that works with the job's judge",
  },
  Dispute_WrongRecord: {
    says: "the record is not the preimage of what was committed",
    advice: "Bring terms, spec, nonce, run root and final state from the job's events",
  },
  Dispute_NotSubmitted: {
    says: "the market does not hold result {commitment} as submitted",
    advice: "Read the job again: it has ended, or a reorganisation replaced the result",
    kind: "stale",
  },
  Dispute_SelfChallenge: {
    says: "{provider} cannot challenge its own result",
    advice: "Challenge from another account",
  },
  Dispute_WindowClosed: {
    says: "the result could be challenged until {end:time} (chain time {now_:time})",
    advice: "It stands: nothing can be done about it",
    kind: "stale",
  },
  Dispute_GameExists: {
    says: "this account has challenged this result before (game status {status})",
    advice: "Play on in that game, or challenge from another account",
    kind: "stale",
  },
  Dispute_SingleSegment: {
    says: "a run of one segment has no run tree",
    advice: "Challenge its last segment: last = true",
  },
  Dispute_InsufficientCredit: { says: "the credit at the referee is too low", advice: "Withdraw a smaller amount" },
  Dispute_Settled: {
    says: "result {commitment} is rejected already",
    advice: "Take the bond back with reclaimBond",
    kind: "stale",
  },
  Dispute_NotSettled: {
    says: "the job of result {commitment} has not ended",
    advice: "Try again when it is finalized, rejected or resolved",
    kind: "retryable",
  },
  Dispute_StaleGame: {
    says: "the game does not stand where the move says it does (game status {status})",
    advice: "Read the game's last Moved event and answer that",
    kind: "stale",
  },
  Dispute_WrongLevel: {
    says: "this move does not belong to level {found} at which the game stands",
    advice: "Make the move of that level",
  },
  Dispute_NotChallenger: {
    says: "only the game's challenger may make this move",
    advice: "Send it from the account that opened the game",
  },
  Dispute_NotProvider: {
    says: "only the provider of the disputed result, or its operator, may answer",
    advice: "Send it from the provider's account or from an operator of it",
  },
  Dispute_NotRevealed: {
    says: "the provider has not answered under key {key}",
    advice: "Wait for its answer, or for its clock to run out",
    kind: "retryable",
  },
  Dispute_AlreadyRevealed: {
    says: "the provider has answered under key {key}",
    advice: "An answer counts for every game that stands there: nothing to do",
    kind: "stale",
  },
  Dispute_WrongReveal: {
    says: "the move answers another reveal than the one that stands",
    advice: "Read the Revealed event again: a reorganisation may have replaced it",
    kind: "stale",
  },
  Dispute_ClockExpired: {
    says: "the clock has run out: {used} seconds are used, the budget is {budget}",
    advice: "Anyone may end the game with timeoutGame",
    kind: "stale",
  },
  Dispute_ClockRunning: {
    says: "{used} seconds are used of a budget of {budget}",
    advice: "Try again when the budget is used up",
    kind: "retryable",
  },
  Dispute_IndexOutOfRange: { says: "index {found} is not below {limit}", advice: "Pick one of the revealed children" },
  Dispute_WrongEnd: {
    says: "what was revealed does not end at the disputed value",
    advice: "Reveal the list that was committed to",
  },
  Dispute_WrongStart: {
    says: "what was brought does not start from the agreed value",
    advice: "Bring the list, operator or inputs that the game stands on",
  },
  Dispute_WrongLength: {
    says: "a list, proof or tile does not have the length that its position dictates",
    advice: "Derive its length from the job and the program",
  },
  Dispute_WrongRoot: {
    says: "the hashes do not lead to the committed one",
    advice: "Bring what was committed, with its proof",
  },
  Dispute_MalformedProgram: {
    says: "the program is outside its limits",
    advice: "Check it against DSP-06 and DSP-08; no provider should have claimed a job with it",
  },
  Dispute_WrongProgram: {
    says: "these are not the headers of the job's program",
    advice: "Bring all phase headers of the program that the spec names",
  },
  Dispute_NoFraud: {
    says: "the judge finds the disputed value right: it is {expected}",
    advice: "The accusation is wrong: no proof of it exists",
  },
};

const judge: Record<string, Sentence> = {
  Demand_WrongSpec: {
    says: "the spec hashes to {found}, the terms name {wanted}",
    advice: "Pass the spec that was posted with these terms",
  },
  Demand_WrongRoots: {
    says: "the tensor roots hash to {found}, the job names {wanted}",
    advice: "Pass all roots of the constants, or all of the initial state, in program order",
  },
  Demand_NoSuchTensor: {
    says: "tensor {tensor} is none of the {count} that the job names",
    advice: "Count tensors from 0",
  },
  Demand_FeeTooLow: { says: "a fee of {fee} is below {minimum}", advice: "Offer at least the minimum" },
  Demand_AlreadyOpen: {
    says: "{demander} has a demand open",
    advice: "Wait for its answer, or reclaim it once its time is up",
  },
  Demand_JobFull: {
    says: "{limit} demands are open for job {job}",
    advice: "Reclaim those whose time is up, or wait",
  },
  Demand_NotOpen: {
    says: "{demander} has no demand open",
    advice: "It was answered or reclaimed; nothing is to be done",
  },
  Demand_Late: { says: "the demand ended at {until}, it is {time}", advice: "Reclaim it for its demander" },
  Demand_Early: { says: "the demand is open until {until}, it is {time}", advice: "Wait until then" },
  Demand_ProofTooLong: {
    says: "the proof has {length} levels, at most {limit} are read",
    advice: "Pass the tile's proof",
  },
  Demand_WrongTile: {
    says: "the tile and its proof lead to {found}, the job names {wanted}",
    advice: "Publish the tile that is asked for, with its type and its proof",
  },
  Judge_Opcode: { says: "the judge does not know opcode {opcode}", advice: "Use the judge that the job's spec names" },
  Judge_IllFormedRecord: {
    says: "the record of an operator with opcode {opcode} breaks the rules of its opcode",
    advice: "Compare it with the table in docs/spec/exact.md",
  },
  Judge_ElementType: { says: "element type {dtype} is none of 1, 2, 3", advice: "Use int8, int16 or int32" },
  Judge_RootCount: {
    says: "the operator reads another number of tensors",
    advice: "Bring one root for each input of the record",
  },
  Judge_TileCount: { says: "the judge needs another number of tiles", advice: "Bring one tile for each operand" },
  Judge_OutOfRange: { says: "{found} is not below {limit}", advice: "Ask for an element or chunk inside the output" },
  Judge_DataLength: {
    says: "a tile has the wrong number of bytes",
    advice: "Bring 256 elements of the operand's type",
  },
  Judge_ProofLength: {
    says: "a tile's proof has the wrong length",
    advice: "Bring one sibling for each level of the operand's tile tree",
  },
  Judge_Root: { says: "a tile does not lead to its tensor's root", advice: "Bring the tile at the operand's place" },
};

const token: Record<string, Sentence> = {
  ERC20InsufficientBalance: {
    says: "{sender} holds {balance} tokens, {needed} are needed",
    advice: "Get more tokens or use a smaller amount",
  },
  ERC20InsufficientAllowance: {
    says: "{spender} may move {allowance} tokens, {needed} are needed",
    advice: "Approve the amount first; deposit and stake do it by themselves",
  },
  ERC20InvalidApprover: { says: "{approver} cannot approve", advice: "Send it from an ordinary account" },
  ERC20InvalidReceiver: { says: "{receiver} cannot receive tokens", advice: "Give another receiver" },
  ERC20InvalidSender: { says: "{sender} cannot send tokens", advice: "Send from an ordinary account" },
  ERC20InvalidSpender: { says: "{spender} cannot be given an allowance", advice: "Give another spender" },
  ERC20ExceededCap: {
    says: "the supply would be {increasedSupply}, the cap is {cap}",
    advice: "Mint a smaller amount",
  },
  ERC20InvalidCap: {
    says: "a supply cap of {cap} is not possible",
    advice: "Deploy with a cap above zero",
    kind: "fatal",
  },
  ERC20ExceededSafeSupply: {
    says: "the supply would be {increasedSupply}, votes can count {cap}",
    advice: "Mint a smaller amount",
  },
  ERC2612ExpiredSignature: { says: "the permit expired at {deadline:time}", advice: "Sign a new one" },
  ERC2612InvalidSigner: {
    says: "the permit was signed by {signer}, the owner is {owner}",
    advice: "Sign with the owner's key, for this token on this chain, with the current nonce",
  },
  ERC5805FutureLookup: {
    says: "time {timepoint:time} lies in the future (clock {clock:time})",
    advice: "Ask for a time that has passed",
  },
  VotesExpiredSignature: { says: "the delegation expired at {expiry:time}", advice: "Sign a new one" },
  InvalidAccountNonce: {
    says: "the signature does not carry {account}'s current nonce, {currentNonce}",
    advice: "Sign again with that nonce",
    kind: "stale",
  },
  CheckpointUnorderedInsertion: {
    says: "a voting checkpoint would lie before the last one",
    advice: "The chain's clock ran backwards: report it",
    kind: "fatal",
  },
  SafeERC20FailedOperation: {
    says: "token {token} refused the transfer",
    advice: "Check the token's balance, allowance and own rules (blocked accounts, pause)",
  },
};

const access: Record<string, Sentence> = {
  AccessManagedUnauthorized: {
    says: "{caller} may not administer this contract",
    advice: "Send it from an account to which the protocol authority gave the role",
  },
  AccessManagedRequiredDelay: {
    says: "{caller} may do this only after a delay of {delay} seconds",
    advice: "Schedule the call with the protocol authority first",
  },
  AccessManagedInvalidAuthority: { says: "{authority} cannot be the authority", advice: "Give a contract" },
  AccessManagerAlreadyScheduled: { says: "operation {operationId} is scheduled already", advice: "Wait for its time" },
  AccessManagerBadConfirmation: {
    says: "the role to renounce is not confirmed",
    advice: "Confirm with the own address",
  },
  AccessManagerExpired: { says: "operation {operationId} has expired", advice: "Schedule it again" },
  AccessManagerInvalidInitialAdmin: {
    says: "{initialAdmin} cannot be the first administrator",
    advice: "Deploy with an account that somebody owns",
    kind: "fatal",
  },
  AccessManagerLockedFunction: { says: "function {selector} is locked", advice: "Its role cannot be changed" },
  AccessManagerLockedRole: { says: "role {roleId} is locked", advice: "Use another role" },
  AccessManagerNotReady: {
    says: "the delay of operation {operationId} is not over",
    advice: "Execute it later",
    kind: "retryable",
  },
  AccessManagerNotScheduled: { says: "operation {operationId} is not scheduled", advice: "Schedule it first" },
  AccessManagerUnauthorizedAccount: {
    says: "{msgsender} does not have role {roleId}",
    advice: "Send it from an account with that role",
  },
  AccessManagerUnauthorizedCall: {
    says: "{caller} may not call {selector} on {target}",
    advice: "Send it from an account with the function's role",
  },
  AccessManagerUnauthorizedCancel: {
    says: "{msgsender} may not cancel what {caller} scheduled for {selector} on {target}",
    advice: "Cancel as the caller, a guardian of the role or an administrator",
  },
  AccessManagerUnauthorizedConsume: {
    says: "{target} may not consume a schedule",
    advice: "Only managed contracts do",
  },
};

const plumbing: Record<string, Sentence> = {
  AddressEmptyCode: { says: "{target} holds no contract", advice: "Check the address", kind: "fatal" },
  ECDSAInvalidSignature: { says: "the signature is not valid", advice: "Sign again" },
  ECDSAInvalidSignatureLength: { says: "a signature of {length} bytes is not valid", advice: "Bring 65 bytes" },
  ECDSAInvalidSignatureS: {
    says: "the signature's s value {s} is too high",
    advice: "Sign with a wallet that normalises s",
  },
  ERC1967InvalidImplementation: { says: "{implementation} holds no code", advice: "Deploy it first", kind: "fatal" },
  ERC1967NonPayable: { says: "the proxy takes no value here", advice: "Send 0 wei" },
  FailedCall: { says: "a call inside the transaction failed without a reason", advice: "Check the called contract" },
  InsufficientBalance: { says: "the contract holds {balance} wei, {needed} are needed", advice: "Fund it first" },
  InvalidInitialization: { says: "the contract is initialized already", advice: "Nothing to do", kind: "fatal" },
  NotInitializing: { says: "this belongs to initialization only", advice: "Nothing to do", kind: "fatal" },
  ReentrancyGuardReentrantCall: {
    says: "a token called back into the market during a transfer",
    advice: "Use a token without such hooks",
  },
  SafeCastOverflowedUintDowncast: { says: "{value} does not fit into {bits} bits", advice: "Use a smaller number" },
  UUPSUnauthorizedCallContext: {
    says: "an upgrade must go through the proxy",
    advice: "Call the proxy",
    kind: "fatal",
  },
  UUPSUnsupportedProxiableUUID: {
    says: "the new implementation names another storage slot, {slot}",
    advice: "Upgrade to a UUPS implementation",
    kind: "fatal",
  },
};

/** The sentence of every custom error in the ABIs (a test compares). */
export const sentences: Readonly<Record<string, Sentence>> = {
  ...marketSentences,
  ...feedSentences,
  ...registrySentences,
  ...staking,
  ...delegation,
  ...slashing,
  ...reputation,
  ...hub,
  ...dispute,
  ...judge,
  ...token,
  ...access,
  ...crosschainSentences,
  ...governanceSentences,
  ...plumbing,
};
