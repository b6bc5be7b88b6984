import type { Sentence } from "./sentence.ts";

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

/** Errors of OpenZeppelin's tokens, access control, proxies and helpers. */
export const librarySentences: Readonly<Record<string, Sentence>> = {
  ...token,
  ...access,
  ...plumbing,
};
