import type { Sentence } from "./sentence.ts";

export const marketSentences: Record<string, Sentence> = {
  Market_ZeroAmount: { says: "the amount is zero", advice: "Give an amount above zero" },
  Market_ZeroAddress: { says: "an address is zero", advice: "Give an account that somebody owns" },
  Market_InsufficientBalance: {
    says: "the in-market balance of token {token} is too low",
    advice: "Deposit more of that token into the market first",
  },
  Market_TokenNotAllowed: {
    says: "token {token} is not on the market's allow-list",
    advice: "Pay in ASY or in another allow-listed token",
  },
  Market_FeeOnTransfer: {
    says: "token {token} took a part of the amount on its way",
    advice: "Use a token that transfers the whole amount",
  },
  Market_NotRequester: {
    says: "only the job's requester may do this now",
    advice: "Send it from the requester's account, or wait until claimBy has passed to cancel",
  },
  Market_NotProvider: {
    says: "the sender is not the provider this job is for",
    advice: "Send it from the named provider, or from the account that claimed the job",
  },
  Market_UnsupportedVersion: {
    says: "the terms have a layout this market does not know",
    advice: "Use the SDK version that belongs to this deployment",
    kind: "fatal",
  },
  Market_SpecMismatch: {
    says: "the spec is not the one the terms bind by specHash",
    advice: "Bring the spec from the job's JobPosted event",
  },
  Market_MalformedSpec: {
    says: "a field of the spec is outside its limits (shape word {shape})",
    advice: "Check steps, segmentLength, stateCount, outIdx and rulesVersion against DSP-06",
  },
  Market_PriceOutOfRange: {
    says: "the prices {min} to {max} do not fit together",
    advice: "Prices are above zero; minPrice or a bid is at most maxPrice, and equal to it where the price is fixed",
  },
  Market_FeeTooLow: {
    says: "the terms name a fee of {found} basis points, the market charges {wanted} for this token now",
    advice: "Read tokenConfig again and post, or sign, with the current feeBps; it moves once a day",
    kind: "stale",
  },
  Market_FeeRange: {
    says: "the range of the fee is upside down ({min} to {max} basis points)",
    advice: "Give the lower end first",
  },
  Market_ShareTooHigh: {
    says: "a share of the fee is above the whole ({tipBps} and {burnBps} of {limit})",
    advice: "Give shares in 1/10,000",
  },
  Market_MalformedRule: {
    says: "the price rule is unknown, or a field is set that it does not use (word {word})",
    advice: "Weights belong to bids, a ramp to prices by time; the last 32 bits are zero",
  },
  Market_WrongRule: {
    says: "this job's price is found in another way (rule {found})",
    advice: "Claim jobs with a price by time or in dollars (rules 0 and 2); bid for jobs with bids (rule 1)",
  },
  Market_BadSignature: {
    says: "{signer} has not signed this, or has revoked it",
    advice: "Sign again: for this chain, this market, these terms and the account's present epoch",
  },
  Market_NotCapable: {
    says: "the record of {provider} lacks what the job asks for (capabilities {wanted}, memory class {memoryWanted})",
    advice: "Publish what the machine can do in the provider registry, or take another job",
  },
  Market_NotRescuable: {
    says: "job {id} cannot be rescued",
    advice: "A job is rescued once, by another provider, and only if its terms name none; expire it instead",
  },
  Market_BidTooLow: {
    says: "the bid scores {score}, the one that stands {standing}",
    advice: "Bid lower, or bring more stake; equal scores go to the first",
    kind: "stale",
  },
  Market_NoBid: {
    says: "no bid stands on job {id}",
    advice: "Wait for bids, or cancel the job",
  },
  Market_NoSuchLane: {
    says: "there is no lane {lane} or no generation {generation}",
    advice: "Lanes have 16 bits, generations 32",
  },
  Market_BondTooLow: {
    says: "the bond is below the token's minimum",
    advice: "Raise the bond to the minimum or above",
  },
  Market_ReputationOutOfRange: {
    says: "the terms ask for a reputation of {found}, scores end at {max}",
    advice: "Set minReputation to a score from 0 to 10,000",
  },
  Market_TimeOutOfRange: {
    says: "{what:text} is out of range: allowed are {min} to {max} (seconds)",
    advice: "Choose a value inside the range; claimBy and rampStart are Unix times of the chain's clock",
  },
  Market_LaneBusy: {
    says: "lane {lane} holds a job that is {status:status}, or its generation was used already",
    advice: "Use another lane or a higher generation; postJob chooses both by itself",
    kind: "stale",
  },
  Market_StaleJob: {
    says: "the job is no longer in the state that was brought along; its lane is now {status:status}",
    advice: "Read the job again: another account was faster, or the job has ended",
    kind: "stale",
  },
  Market_TooLate: {
    says: "the deadline {deadline:time} has passed (chain time {now_:time})",
    advice: "A job that cannot be claimed any more is cancelled, one whose result is overdue is expired",
    kind: "stale",
  },
  Market_TooEarly: {
    says: "this is possible from {from:time} on (chain time {now_:time})",
    advice: "Try again then",
    kind: "retryable",
  },
  Market_NotAccepted: {
    says: "the job's verification says {verdict:verdict}",
    advice: "Finalize once every strategy of its policy has accepted",
    kind: "retryable",
  },
  Market_NotRejected: {
    says: "the job's verification says {verdict:verdict}, not rejected",
    advice: "Only a job whose result a strategy rejected can be rejected",
  },
  Market_NotStalled: {
    says: "the job's verification has answered: {verdict:verdict}",
    advice: "Finalize an accepted job, reject a rejected one",
    kind: "stale",
  },
  Market_Paused: {
    says: "this part of the market is paused (pause bits {found}, this action's bit {bit})",
    advice: "Wait until it is opened again; everything that pays out stays open",
    kind: "retryable",
  },
  Market_UnknownPauseBits: {
    says: "the pause bits name a part the market does not have",
    advice: "Use 1 (posting), 2 (claiming) or 3 (both)",
  },
  Market_BatchTooLarge: {
    says: "the batch has {found} jobs, the limit is {limit}",
    advice: "Split it into several calls",
  },
  Market_NothingEarned: {
    says: "{provider} has earned nothing in token {token} since it last collected",
    advice: "Collect after a job of this provider was finalized",
  },
  Market_FeeTooHigh: {
    says: "a fee of {found} basis points is above the limit of {limit}",
    advice: "Set a fee inside the limit",
  },
  Market_NotAContract: {
    says: "{token} holds no contract",
    advice: "Give the address of an ERC-20 token on this chain",
  },
};

export const feedSentences: Record<string, Sentence> = {
  Feeds_NoFeed: {
    says: "there is no price feed for token {token}",
    advice: "Give the price in the token, or choose one that has a feed",
  },
  Feeds_BadAnswer: {
    says: "the price feed of {token} answers {answer}",
    advice: "Wait until it recovers; the requester may cancel the job",
    kind: "retryable",
  },
  Feeds_StaleAnswer: {
    says: "the price feed of {token} was last updated at {updatedAt:time}",
    advice: "Wait for its next update",
    kind: "retryable",
  },
  Feeds_Deviation: {
    says: "the price of {token} jumped from {last} to {found}",
    advice: "It is accepted an hour after the last accepted one",
    kind: "retryable",
  },
  Feeds_SequencerDown: {
    says: "the chain's sequencer is down",
    advice: "Wait until it is up again",
    kind: "retryable",
  },
  Feeds_SequencerGrace: {
    says: "the chain's sequencer has just come up; prices are used from {from:time} on",
    advice: "Try again then",
    kind: "retryable",
  },
  Feeds_HeartbeatOutOfRange: {
    says: "a heartbeat of {found} seconds is out of range (at most {max})",
    advice: "Give the feed's own heartbeat",
  },
  Feeds_DeviationOutOfRange: {
    says: "a deviation of {found} is out of range (at most {max})",
    advice: "Give it in 1/10,000, above zero",
  },
  Feeds_TooManyDecimals: {
    says: "{found} decimals are too many (at most {max})",
    advice: "Choose another feed or token",
  },
};

export const registrySentences: Record<string, Sentence> = {
  Registry_ZeroAddress: { says: "an address is zero", advice: "Give an account that somebody owns" },
  Registry_NotOperator: {
    says: "{found} may not speak for provider {provider}",
    advice: "Send it from the provider or one of its operators, or bring the provider's signature",
  },
  Registry_BadSignature: {
    says: "{signer} has not signed this record",
    advice: "Sign again: for this chain, this registry and this very record",
  },
  Registry_OldSequence: {
    says: "the record's sequence is {found}, the last one was {last}",
    advice: "Use a higher sequence",
    kind: "stale",
  },
  Registry_Expired: { says: "the record expired at {expiry:time}", advice: "Sign a new one" },
  Registry_ExpiryTooFar: {
    says: "the record would hold until {expiry:time}, at most {max:time} is allowed",
    advice: "Choose an earlier expiry and renew it",
  },
  Registry_EndpointTooLong: {
    says: "the endpoint has {found} bytes, at most {max} are allowed",
    advice: "Give a shorter address",
  },
};
