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
      "RefereedDispute._payee",
      "RefereedDispute._requireWord",
    ],
    reason: "hashes, enumeration values, sizes and day numbers, none of which anybody can push past the value",
  },
  {
    check: "incorrect-equality",
    places: ["MarketBalances._deposit"],
    reason: "what arrived is measured within one call that cannot be re-entered: a token that takes a fee is refused",
  },
  {
    check: "reentrancy-no-eth",
    places: ["MarketBids.awardBid", "MarketOrders.claimOrder", "MarketOrders.rescue"],
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
      "MarketJobs._admitOne.demand",
      "MarketOrders.claimBatch.demand",
      "MarketSettlement.finalizeBatch.group",
      "RefereedDispute.challenge.game",
      "RefereedDispute.sweep.toProvider",
      "ReputationRegistry.recordOf.record",
      "SlashingManager._forfeit.penalty",
      "StepOps.checkInputs.used",
      "VerificationHub.verdictOf.unknown",
    ],
    reason: "sums, flags and structs that begin at zero",
  },
  {
    check: "unused-return",
    places: [
      "AxelarGatewayAdapter._execute",
      "DelegationPools._collect",
      "DelegationPools._room",
      "DelegationPools.shareFees",
      "LinkedBridge._processMessage",
      "PriceFeeds._fresh",
      "PriceFeeds._requireSequencer",
      "RefereedDispute._stood",
      "SlashingManager.openCase",
      "TypedData.isSigned",
    ],
    reason: "one of several results is needed",
  },
  {
    check: "unused-return",
    places: ["LinkedBridge._dispatch", "ParameterCouncil.move", "RecordRules.check", "StakingManager.withdraw"],
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
