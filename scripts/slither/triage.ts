/** Findings of Slither that were looked at and stay, each with its reason. */
export interface Triage {
  /** the detector's name */
  check: string;
  /** where it may find something; everywhere if left out, for detectors that describe how this code is written */
  places?: readonly string[];
  reason: string;
}

export const TRIAGE: readonly Triage[] = [
  {
    check: "timestamp",
    reason: "deadlines, windows and clocks are block times, minutes to weeks long; a proposer moves them by seconds",
  },
  {
    check: "reentrancy-events",
    reason: "the calls go to the protocol's own contracts, which do not call back; an event's order changes no money",
  },
  {
    check: "reentrancy-benign",
    reason:
      "`restricted` calls the authority first, and the other calls go to the protocol's own contracts or are guarded",
  },
  {
    check: "calls-loop",
    reason:
      "batches hold at most 256 items, fee tokens at most 8, strategies at most 16, all of the protocol's own contracts",
  },
  {
    check: "assembly",
    reason: "storage slots by ERC-7201, and the judge's reads of packed calldata, tested bit by bit",
  },
  {
    check: "naming-convention",
    reason:
      "`$` is OpenZeppelin's name for namespaced storage, immutables are upper case, leading underscores mark privates",
  },
  {
    check: "dead-code",
    reason: "overrides of OpenZeppelin's hooks, which the inherited functions call; the detector does not follow them",
  },
  {
    check: "unimplemented-functions",
    reason: "they are implemented by another parent; the compiler would refuse to deploy an abstract contract",
  },
  {
    check: "incorrect-equality",
    places: [
      "DataDemands.answer",
      "LinkedBridge._check",
      "LinkedBridge._requireSent",
      "LinkedBridge.refund",
      "LinkedBridge.release",
      "MarketStorage._feeNow",
      "ProtocolLens._job",
      "RandomnessBeacon.drawFromHeader",
      "RandomnessBeacon.postpone",
      "RefereedDispute._payee",
      "RefereedDispute._requireWord",
    ],
    reason: "hashes, enumeration values, sizes, block and day numbers, none of which anybody can push past the value",
  },
  {
    check: "incorrect-equality",
    places: ["MarketBalances._deposit"],
    reason: "what arrived is measured within one call that cannot be re-entered: a token that takes a fee is refused",
  },
  {
    check: "reentrancy-no-eth",
    places: ["JobMarketplace.claimOrder", "MarketBids.awardBid", "MarketOrders.rescue"],
    reason:
      "staking, slashing and price feeds are the protocol's own and call nobody back; signatures are checked by a static call",
  },
  {
    check: "reentrancy-no-eth",
    places: ["MarketBalances.depositWithPermit"],
    reason: "nonReentrant, and the token is one that governance has listed",
  },
  {
    check: "reentrancy-no-eth",
    places: ["LinkedBridge._deliver"],
    reason:
      "the number is marked as accepted before the receiver is called, and only a failed call, undone, marks it as refused",
  },
  {
    check: "reentrancy-eth",
    places: ["ProtocolTimelock.execute", "ProtocolTimelock.executeBatch"],
    reason:
      "what follows the call is a check that reads only: the delay must be longer than the thaw whatever the call did",
  },
  {
    check: "arbitrary-send-eth",
    places: ["Treasury.pay"],
    reason:
      "paying whom a proposal names is what the treasury is for; it is `restricted`, and never more than it holds",
  },
  { check: "low-level-calls", places: ["Treasury.pay"], reason: "ether is sent with a check of the outcome" },
  {
    check: "incorrect-exp",
    places: ["TensorProof.rootOf"],
    reason: "an exclusive or is meant: it swaps the two halves of a 64-byte pair",
  },
  {
    check: "incorrect-shift",
    places: ["Reductions._max", "Reductions.rowSum", "TensorProof.element"],
    reason: "shl(bits, 1) is meant: the size in bytes of an element of that logarithm",
  },
  {
    check: "shadowing-state",
    places: ["StakingManager.STORAGE_SLOT"],
    reason: "both are private constants of their own namespaces",
  },
  {
    check: "shadowing-local",
    places: [
      "IReputationRegistry.setTier.tier",
      "ISlashingManager.setDelay.delay",
      "IVerificationStrategy.verdict.verdict",
    ],
    reason: "names of an interface's parameters and results, without a body in which they could be mistaken",
  },
  {
    check: "divide-before-multiply",
    places: ["Contraction._ofPart", "Gathers.flipped", "Gathers.unstacked", "Places.position", "ProgramHeaders._hash"],
    reason: "rows, columns and tiles of a grid: the rest of the division is meant to go, or is checked to be none",
  },
  {
    check: "divide-before-multiply",
    places: ["BidScore.scoreDown"],
    reason: "each part is rounded down to 1e-9 first, which is how the specification defines a score (BID-04)",
  },
  {
    check: "uninitialized-local",
    places: [
      "MarketOrders.claimBatch.demand",
      "MarketSettlement.finalizeBatch.group",
      "RefereedDispute.challenge.game",
      "RefereedDispute.sweep.toProvider",
      "ReputationRegistry.recordOf.record",
      "StakingManager._takeOwn.left",
      "StepOps.checkInputs.used",
      "UpkeepCoordinator.collect.done",
      "UpkeepCoordinator.endCases.done",
      "UpkeepCoordinator.expire.done",
      "UpkeepCoordinator.timeout.done",
      "VerificationHub.verdictOf.unknown",
    ],
    reason: "sums, flags and structs that begin at zero",
  },
  {
    check: "reentrancy-eth",
    places: ["JobHub.settle"],
    reason:
      "the calls go to the market, the staking manager, ASY and the bridge; the account is empty after the first of them, so a call inside would find nothing due",
  },
  {
    check: "reentrancy-no-eth",
    places: ["JobHub.takeHome"],
    reason: "the same calls, without the bridge",
  },
  {
    check: "shadowing-local",
    places: ["SatelliteExecutor.constructor.controller", "SatelliteExecutor.constructor.gateway"],
    reason: "they are passed to the parent's constructor, which makes them what the functions of these names return",
  },
  {
    check: "missing-zero-check",
    places: ["RemoteJobAccount.constructor.hub"],
    reason: "an account whose hub is nobody's can do nothing; the hub refuses account code of zero",
  },
  {
    check: "low-level-calls",
    places: ["UpkeepCoordinator.performUpkeep"],
    reason: "its own functions, by the data that its own check gave; the reason of a failure is passed on",
  },
  {
    check: "unused-return",
    places: [
      "AxelarGatewayAdapter._execute",
      "DelegationPools._collect",
      "DelegationPools._room",
      "DelegationPools.shareFees",
      "DueDuties._dueClaims",
      "DueDuties._dueEarnings",
      "DueDuties._dueSettlements",
      "DueDuties._isOutOfTime",
      "JobHub._collect",
      "LinkedBridge._processMessage",
      "PriceFeeds._fresh",
      "PriceFeeds._requireSequencer",
      "ProtocolLens.accounting",
      "ProtocolLens.parameters",
      "ProtocolLens.position",
      "ProtocolLens.providers",
      "RefereedDispute._stood",
      "SlashingManager.openCase",
      "TypedData.isSigned",
      "UpkeepCoordinator.forwardTips",
    ],
    reason: "one of several results is needed",
  },
  {
    check: "unused-return",
    places: [
      "JobHub._cancel",
      "JobHub._drain",
      "LinkedBridge._dispatch",
      "ParameterCouncil.move",
      "RecordRules.check",
      "StakingManager.withdraw",
      "UpkeepCoordinator.collect",
      "UpkeepCoordinator.govern",
    ],
    reason: "called for what it does or refuses; the result says nothing that is not known",
  },
  {
    check: "missing-inheritance",
    places: ["AssayToken", "MarketExtension", "ProviderRegistry"],
    reason: "the functions are there; naming the interface would only add its unused event",
  },
  {
    check: "unindexed-event-address",
    places: ["IPriceFeeds.SequencerSet"],
    reason: "one setting of the whole chain: nobody looks for it by its address",
  },
  {
    check: "write-after-write",
    places: ["Packed.concat.data"],
    reason: "offset and length of one slice, which the detector takes for the same variable",
  },
];
