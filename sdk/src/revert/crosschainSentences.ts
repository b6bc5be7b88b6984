import type { Sentence } from "./sentence.ts";

const adapter: Record<string, Sentence> = {
  Adapter_ZeroAddress: { says: "an address is zero", advice: "Name a contract" },
  Adapter_UnknownChain: { says: "chain {chainId} is not connected", advice: "Choose a connected chain" },
  Adapter_UnknownSource: {
    says: "{sender} on {chain} is not a connected adapter",
    advice: "If the connection was replaced, send the transfer again from its own chain",
  },
  Adapter_NameTaken: { says: "the name {name} belongs to chain {wanted}", advice: "Give each chain its own name" },
  Adapter_WrongChain: {
    says: "the message names chain {found}, it came from {wanted}",
    advice: "Nothing can be done with it",
    kind: "fatal",
  },
  Adapter_ValueWithoutFee: {
    says: "{value} wei and the relayFee attribute do not go together",
    advice: "Send a fee with the attribute, or neither",
  },
  Adapter_NotReceived: { says: "{recipient} does not take messages", advice: "Send to an ERC-7786 recipient" },
  UnsupportedAttribute: { says: "the attribute {selector} is not known", advice: "Only relayFee is" },
  NotApprovedByGateway: {
    says: "the gateway has not approved this message, or has let it through already",
    advice: "Look at the transfer's state: it may have arrived",
    kind: "stale",
  },
  InvalidAddress: { says: "the gateway's address is zero", advice: "Name the gateway" },
  StringsInsufficientHexLength: { says: "a number does not fit its text", advice: "Report it", kind: "fatal" },
};

const sending: Record<string, Sentence> = {
  Bridge_NoLink: { says: "there is no link to chain {chainId}", advice: "Choose a linked chain" },
  Bridge_ZeroAddress: { says: "an address is zero", advice: "Give an account that somebody owns" },
  Bridge_WrongHome: { says: "chain {found} cannot be linked here", advice: "Satellites are linked to the home chain" },
  Bridge_AmountTooLarge: { says: "the amount {found} is above {max}", advice: "Send less" },
  Bridge_NothingToSend: { says: "there are neither tokens nor data to send", advice: "Give an amount above zero" },
  Bridge_DataTooLarge: { says: "{found} bytes of data, {max} are allowed", advice: "Send less data" },
  Bridge_DeadlineOutOfRange: {
    says: "the deadline {found:time} is outside {min:time} to {max:time}",
    advice: "Choose one inside the range; it is a time of the other chain's clock",
  },
  Bridge_CallGasOutOfRange: {
    says: "gas for the receiver of {found}, allowed are {min} to {max}",
    advice: "Zero without data, what the receiver needs with data",
  },
  Bridge_NotSent: {
    says: "transfer {number} to chain {chainId} is not on its way any more",
    advice: "Look at its state: it has been accepted or refused",
    kind: "stale",
  },
  Bridge_NotRefused: {
    says: "transfer {number} to chain {chainId} has not been refused there",
    advice: "Recall it; once the refusal has come back it can be refunded",
    kind: "stale",
  },
  Bridge_WrongTransfer: {
    says: "this is not transfer {number} of the link with chain {chainId}",
    advice: "Bring the transfer from its TransferSent or TransferQueued event",
  },
  Bridge_TooEarly: {
    says: "anyone but the sender may recall from {from:time} on (chain time {now_:time})",
    advice: "Try again then, or send it from the sender's account",
    kind: "retryable",
  },
  CrosschainFungibleEmptyAddress: { says: "the receiver's address is empty", advice: "Name the receiver" },
  InteroperableAddressParsingError: { says: "an address is not in ERC-7930 form", advice: "Encode chain and account" },
  InteroperableAddressEmptyReferenceAndAddress: {
    says: "an address names neither chain nor account",
    advice: "Encode chain and account",
  },
  LinkAlreadyRegistered: { says: "this chain is linked already", advice: "Replace its link" },
};

const receiving: Record<string, Sentence> = {
  Bridge_NotQueued: {
    says: "transfer {number} from chain {chainId} does not wait here",
    advice: "Look at its state: it has not come yet, or is decided",
    kind: "stale",
  },
  Bridge_Undecided: {
    says: "transfer {number} from chain {chainId} is not decided here",
    advice: "Deliver, release or recall it first",
    kind: "stale",
  },
  Bridge_LimitReached: {
    says: "{wanted} is more than the {available} the limit leaves now",
    advice: "Wait until it has refilled; after its deadline the transfer goes back",
    kind: "retryable",
  },
  Bridge_UnknownVersion: {
    says: "the message has version {found}, known is {wanted}",
    advice: "Deliver it again once this bridge has been upgraded",
    kind: "retryable",
  },
  Bridge_UnknownKind: {
    says: "the message is of kind {found}, which is not known",
    advice: "Deliver it again once this bridge has been upgraded",
    kind: "retryable",
  },
  Bridge_BatchTooLarge: { says: "{found} receipts at once, {max} are allowed", advice: "Split them" },
  Bridge_GasTooLow: {
    says: "{found} gas is left, {wanted} is needed to pay out",
    advice: "Deliver the message again with more gas",
    kind: "retryable",
  },
  Bridge_SupplyExceeded: {
    says: "chain {chainId} wants to give back {wanted}, {found} is all it can have",
    advice: "Report it: the other chain's bridge or gateway does not tell the truth",
    kind: "fatal",
  },
  Bridge_OnlySelf: { says: "only the bridge itself may call this", advice: "Use send, release or the gateway" },
  Bridge_NotReceived: { says: "{recipient} does not take tokens with data", advice: "Send without data" },
  Bridge_NotYet: {
    says: "the receiver takes this transfer only after another one is decided",
    advice: "Deliver, release or recall the sender's message before this one",
    kind: "retryable",
  },
  Bridge_Paused: {
    says: "sending (bit 0) or paying out (bit 1) is paused: {found}",
    advice: "Try again later; what waits can be recalled",
    kind: "retryable",
  },
  Bridge_UnknownPauseBits: { says: "pause bits {found}, known are {known}", advice: "Use bits 0 and 1" },
  ERC7786RecipientUnauthorizedGateway: {
    says: "{gateway} does not speak for this sender here",
    advice: "If the link was replaced, send the transfer again from its own chain",
  },
  SatelliteToken_ZeroAddress: { says: "the bridge's address is zero", advice: "Name the bridge" },
  SatelliteToken_NotBridge: { says: "only the bridge {wanted} mints and burns", advice: "Send through the bridge" },
};

const jobs: Record<string, Sentence> = {
  Portal_ZeroAddress: { says: "the home chain, hub, bridge or token is missing", advice: "Name all four" },
  Portal_NotBridge: { says: "only the bridge {wanted} brings messages", advice: "Send through the bridge" },
  Portal_NotHub: {
    says: "{found} on chain {chainId} is not the hub",
    advice: "Outcomes come from the home chain's hub",
  },
  Portal_UnknownVersion: {
    says: "the message has version {found}, known is {wanted}",
    advice: "Settle the job again once the portal has been upgraded",
    kind: "retryable",
  },
  Portal_UnknownKind: {
    says: "the message is of kind {found}, which is not known",
    advice: "Settle the job again once the portal has been upgraded",
    kind: "retryable",
  },
  Portal_WrongStatus: {
    says: "job {index} of {user} is in state {status}",
    advice: "0 none, 1 sent, 2 ended, 3 refunded: only a job that is sent can be recalled, cancelled or refunded",
    kind: "stale",
  },
  Portal_NotRefused: {
    says: "it is not known here that the home chain has refused transfer {number} (state {status})",
    advice: "Recall it, acknowledge it at home, then ask again",
    kind: "retryable",
  },
  JobHub_ZeroAddress: { says: "an address is zero", advice: "Name a contract" },
  JobHub_NotBridge: { says: "only the bridge {wanted} brings messages", advice: "Send through the bridge" },
  JobHub_NotPortal: {
    says: "{found} is not the portal of chain {chainId}",
    advice: "Post through that chain's portal",
  },
  JobHub_PortalKnown: {
    says: "the portal of chain {chainId} is {portal}, for ever",
    advice: "Upgrade that portal instead",
  },
  JobHub_UnknownVersion: {
    says: "the message has version {found}, known is {wanted}",
    advice: "The money goes back; post again once the hub has been upgraded",
  },
  JobHub_UnknownKind: {
    says: "the message is of kind {found}, which is not known",
    advice: "The money goes back; send again once the hub has been upgraded",
  },
  JobHub_WrongLane: { says: "a remote job's lane is zero, found {found}", advice: "Pack the terms with lane zero" },
  JobHub_WrongToken: { says: "a remote job is paid in {wanted}, found {found}", advice: "Name the home chain's ASY" },
  JobHub_NoSuchJob: {
    says: "there is no remote job with account {account}",
    advice: "It has not arrived, or the ticket is not the one it was posted with",
    kind: "stale",
  },
  JobHub_WrongTerms: {
    says: "the terms are those of {found}, the ticket's account is {wanted}",
    advice: "Bring ticket and terms of the same job",
  },
  JobHub_NotEnded: {
    says: "the job of {account} has not ended (state {status})",
    advice: "Finalize, expire or cancel it first",
    kind: "stale",
  },
  JobHub_NotSubmitted: {
    says: "this is not the result that the job of {account} has submitted",
    advice: "Report a result while it stands submitted, with the values of its events",
    kind: "stale",
  },
  JobHub_NothingDue: {
    says: "the outcome of {account} is transfer {number} (state {status}), and nothing more has come",
    advice: "Deliver, resend or recall that transfer; settle again when it has come back",
    kind: "stale",
  },
  JobHub_NotHomeAccount: {
    says: "{found} is not the job's home account {wanted}",
    advice: "Only the account that was named with the job may",
  },
  FailedDeployment: {
    says: "a job with this ticket exists already",
    advice: "Nothing is lost: the money goes back. Post with the next index",
  },
  RemoteJobAccount_NotHub: { says: "only the hub {wanted} acts for a remote job", advice: "Go through the hub" },
};

/** Errors of the gateway adapter, the bridges and the satellite's token. */
export const crosschainSentences: Readonly<Record<string, Sentence>> = {
  ...adapter,
  ...sending,
  ...receiving,
  ...jobs,
};
