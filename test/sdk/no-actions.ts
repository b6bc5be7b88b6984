// Functions of the contracts that the sdk has no action for, each with its reason.

/* ── every write that has none, and why ── */

const ERC20 = "a token's own business: any library does it";
const PROPOSAL = "decided by a proposal: `protocolCall` makes the call";
const COUNCIL = "a council's: it sends what `protocolCall` makes";
const CONTRACTS = "called by the protocol's other contracts only";
const UNUSED = "inherited; nothing here needs it";
const BRIDGE =
  "sent by relays, which have clients of their own (test/crosschain); no deployment file names a bridge yet";
const all = (reason: string, ...names: string[]) => Object.fromEntries(names.map((name) => [name, reason]));

export const EXCEPTIONS: Record<string, Record<string, string>> = {
  AssayToken: {
    ...all(ERC20, "approve", "burn", "burnFrom", "permit", "transfer", "transferFrom"),
    ...all(PROPOSAL, "mint"),
  },
  AssayGovernor: {
    ...all("castVoteWithReason with an empty reason", "castVote"),
    ...all(PROPOSAL, "relay", "setLateQuorumVoteExtension", "setProposalGuardian", "setProposalThreshold"),
    ...all(PROPOSAL, "setVotingDelay", "setVotingPeriod", "updateQuorumNumerator", "updateTimelock"),
  },
  JobMarketplace: {
    ...all(PROPOSAL, "configureToken", "setFeeRange", "setFeeShares", "setMinWindow", "setTreasury"),
    ...all(COUNCIL, "setPause"),
  },
  StakingManager: {
    ...all(CONTRACTS, "burnVotes", "forfeit", "hold", "lock", "mintVotes", "release"),
    ...all(PROPOSAL, "setAuditFund", "setThawPeriod"),
  },
  DelegationPools: { ...all(CONTRACTS, "shareFees", "slashPool"), ...all(PROPOSAL, "addFeeToken") },
  SlashingManager: {
    ...all(CONTRACTS, "slash"),
    ...all(PROPOSAL, "openCase", "refuseAppeal", "setDelay"),
    ...all(COUNCIL, "veto"),
  },
  PriceFeeds: { ...all(CONTRACTS, "tokensForUp"), ...all(PROPOSAL, "setFeed", "setSequencer") },
  QuadraticGrants: { ...all(PROPOSAL, "openRound"), ...all(COUNCIL, "strike") },
  ReputationRegistry: all(PROPOSAL, "setStakeCap", "setTier"),
  VerificationHub: all(PROPOSAL, "registerStrategy"),
  Treasury: all(PROPOSAL, "grant", "pay"),
  ParameterCouncil: { ...all(PROPOSAL, "setRange"), ...all(COUNCIL, "move") },
  ProtocolAuthority: all(
    PROPOSAL,
    ...["cancel", "consumeScheduledOp", "execute", "grantRole", "labelRole", "multicall", "renounceRole", "revokeRole"],
    ...["schedule", "setGrantDelay", "setRoleAdmin", "setRoleGuardian", "setTargetAdminDelay", "setTargetClosed"],
    ...["setTargetFunctionRole", "updateAuthority"],
  ),
  ProtocolTimelock: {
    ...all("the governor's, which has the actions", "cancel", "execute", "executeBatch", "schedule", "scheduleBatch"),
    ...all(PROPOSAL, "grantRole", "renounceRole", "revokeRole", "updateDelay"),
    ...all(UNUSED, "onERC1155BatchReceived", "onERC1155Received", "onERC721Received"),
  },
};
/** Of every contract behind a proxy. */
export const EVERYWHERE = all(PROPOSAL, "initialize", "setAuthority", "upgradeToAndCall");
/** Contracts that this package has no actions for at all. */
export const OUTSIDE: Record<string, string> = {
  AxelarGatewayAdapter: BRIDGE,
  HomeBridge: BRIDGE,
  JobHub: BRIDGE,
  RemoteJobAccount: "called by the hub alone",
  RemoteJobPortal: BRIDGE,
  SatelliteBridge: BRIDGE,
  SatelliteToken: BRIDGE,
  UpkeepCoordinator: "registries call it; the sdk's actions do the same duties at the contracts themselves",
};

/* ── reads ── */

const CONSTANT = "a constant or the wiring";
const HISTORY = "history of single accounts: `getEvents` and `getVotes` tell it";
/** Of ERC-165, 721, 1155, 1822, 2612, 5267, 6372 and the access manager, and constants. */
export const PLUMBED =
  /^(UPGRADE_INTERFACE_VERSION|authority|isConsumingScheduledOp|proxiableUUID|version|supportsInterface|clock|CLOCK_MODE|COUNTING_MODE|DOMAIN_SEPARATOR|name|symbol|decimals|eip712Domain|nonces|on(ERC1155|ERC1155Batch|ERC721)Received|[A-Z][A-Z0-9_]+)$/;

export const UNREAD: Record<string, Record<string, string>> = {
  JobMarketplace: {
    ...all("told by events, and in `getJob`", "isSubmitted", "priceAt"),
    ...all("the fee itself is in tokenConfig", "feeRange"),
  },
  StakingManager: {
    ...all("`getReputation` reads the registry, which reads these", "recordOf", "standingOf"),
    ...all("sums for auditors", "auditDue", "burnDue", "totalOwed"),
    ...all(CONSTANT, "auditFund"),
    ...all(HISTORY, "getPastTotalSupply", "getPastVotes"),
  },
  DelegationPools: all("sums for auditors", "backingOf", "totalAssets"),
  SlashingManager: {
    ...all("`listCases` finds a provider's", "openCaseOf"),
    ...all(CONSTANT, "delay", "isProof", "sharesOf"),
  },
  AssayToken: {
    ...all(ERC20, "cap", "totalSupply"),
    ...all(HISTORY, "checkpoints", "numCheckpoints", "getPastTotalSupply", "getPastVotes"),
  },
  Treasury: all("`getTreasury` finds the grants by their events", "grantCount", "grantOf"),
  AssayGovernor: {
    ...all("computed by `proposalId`", "getProposalId", "hashProposal"),
    ...all(UNUSED, "castVoteWithReasonAndParams", "castVoteWithReasonAndParamsBySig", "getVotesWithParams"),
    ...all("in ProposalCreated", "proposalProposer", "proposalNeedsQueuing"),
    ...all(CONSTANT, "lateQuorumVoteExtension", "proposalGuardian", "proposalThreshold", "quorumDenominator"),
    ...all(CONSTANT, "quorumNumerator", "timelock", "token", "votingDelay", "votingPeriod"),
  },
  ProtocolTimelock: {
    ...all(UNUSED, "getRoleAdmin", "hasRole", "hashOperation", "isOperation", "isOperationDone"),
    ...all(UNUSED, "isOperationPending", "isOperationReady"),
    ...all("computed by `timelockOperationId`", "hashOperationBatch"),
  },
  ProtocolAuthority: all(
    "roles are read by deployment checks; `simulateProposal` tells what changes",
    ...["canCall", "expiration", "getAccess", "getNonce", "getRoleAdmin", "getRoleGrantDelay", "getRoleGuardian"],
    ...["getSchedule", "getTargetAdminDelay", "getTargetFunctionRole", "hasRole", "hashOperation", "isTargetClosed"],
    ...["minSetback"],
  ),
  QuadraticGrants: { ...all("sums for auditors", "reservedOf"), ...all(CONSTANT, "treasury") },
  ReputationRegistry: all(CONSTANT, "stakeCap"),
  ParameterCouncil: all("docs/parameters.md has the ranges", "rangeOf"),
  PriceFeeds: all("`quoteJob` asks for prices", "feedOf", "sequencer"),
  VerificationHub: {
    ...all("the market asks; `finalizeJob` and `rejectJob` say what it answers", "verdictOf"),
    ...all("the market asks when a job is posted", "requireJudgeable"),
    ...all(CONSTANT, "registered", "strategyOf"),
  },
  OptimisticWindow: all("a strategy: hub and market ask it", "accepts", "rejectionOf", "verdict"),
  RefereedDispute: {
    ...all("a strategy: hub and market ask it", "accepts", "rejectionOf", "verdict"),
    ...all("computed by the clock twins", "windowEnd", "bondFor"),
    ...all("told by events", "revealOf"),
  },
  OneStepJudge: all("the referee asks it", "chained", "chunkSum", "expectedElement", "saturated"),
};
