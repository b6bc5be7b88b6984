import { type Address, maxUint256, numberToHex, zeroAddress } from "viem";
import { draftJob, submitArgs } from "../../support/actor.ts";
import { AUTHORITY, GOVERNOR, TIMELOCK } from "./governance.ts";
import { type Denied, due, MANAGED, managed, own, type Row, theirs } from "./kinds.ts";

const SIGNATURE = { v: 27, r: numberToHex(0, { size: 32 }), s: numberToHex(0, { size: 32 }) } as const;
const NO_BID = { provider: zeroAddress, bidder: zeroAddress, quote: 0n, score: 0n } as const;
const FAR = 2n ** 40n;
const ONE = 1n;

/** A game nobody plays; that only its parties move a real one is in test/dispute/turns.test.ts. */
const noSuch: Denied = { error: "Dispute_StaleGame" };
/** Signed delegation: refused unless the signature is somebody's, and then it acts for that account. */
const delegateBySig: Denied = {
  error: "ECDSAInvalidSignature",
  args: ({ caller }) => [caller, 0n, FAR, SIGNATURE.v, SIGNATURE.r, SIGNATURE.s],
};

const TOKEN: Record<string, Row> = {
  ...MANAGED,
  approve: own("allowance"),
  transfer: own("tokens"),
  burn: own("tokens"),
  delegate: own("votes"),
  delegateBySig,
  permit: {
    error: "ERC2612InvalidSigner",
    args: ({ provider, caller }) => [
      provider.address,
      caller,
      maxUint256,
      FAR,
      27,
      numberToHex(1, { size: 32 }),
      numberToHex(1, { size: 32 }),
    ],
  },
  burnFrom: { error: "ERC20InsufficientAllowance", args: ({ provider }) => [provider.address, ONE] },
  transferFrom: {
    error: "ERC20InsufficientAllowance",
    args: ({ provider, caller }) => [provider.address, caller, ONE],
  },
  mint: managed,
};

const STAKING: Record<string, Row> = {
  ...MANAGED,
  setThawPeriod: managed,
  setAuditFund: managed,
  lock: { error: "Staking_NotMarket" },
  release: { error: "Staking_NotMarket" },
  hold: { error: "Staking_NotSlashing" },
  forfeit: { error: "Staking_NotSlashing" },
  mintVotes: { error: "Staking_NotPools" },
  burnVotes: { error: "Staking_NotPools" },
  requestThaw: { error: "Staking_InsufficientFreeStake", args: () => [ONE] },
  delegate: own("votes"),
  delegateBySig,
  stakeFor: own("tokens; the stake is a gift"),
  stakeWithPermit: own("tokens"),
  setOperator: own("mandates"),
  setExposure: own("exposure"),
  burnForfeited: { open: "burns what is forfeited already" },
  payAuditFund: theirs("the audit fund's share"),
  claimCredit: theirs("a credit"),
  withdraw: theirs("thawed stake"),
  syncVotes: { open: "brings votes in line with the stake that is left" },
};

const POOLS: Record<string, Row> = {
  ...MANAGED,
  addFeeToken: managed,
  shareFees: { error: "Delegation_NotMarket" },
  slashPool: { error: "Delegation_NotStaking" },
  undelegateStake: { error: "Delegation_NotEnoughShares", args: ({ provider }) => [provider.address, ONE] },
  redelegateStake: {
    error: "Delegation_NotEnoughShares",
    args: ({ provider, requester }) => [provider.address, requester.address, ONE],
  },
  delegateStake: own("tokens"),
  setCut: own("pool's cut"),
  claimFees: theirs("fees"),
  withdrawDelegation: theirs("thawed shares"),
  syncVotes: { open: "brings votes in line with what the shares are worth" },
};

const SLASHING: Record<string, Row> = {
  ...MANAGED,
  openCase: managed,
  refuseAppeal: managed,
  veto: managed,
  setDelay: managed,
  slash: { error: "Slashing_NotMarket" },
  appeal: { error: "Slashing_NotProvider", args: ({ caseId }) => [caseId, numberToHex(0, { size: 32 })] },
  executeCase: due("a case nobody stopped"),
  lapse: due("a case nobody executed"),
};

const MARKET: Record<string, Row> = {
  ...MANAGED,
  configureToken: managed,
  setMinWindow: managed,
  setPause: managed,
  setTreasury: managed,
  postJob: {
    error: "Market_NotRequester",
    args: ({ world, requester }) => {
      const job = draftJob(world, requester.address, { lane: 9 });
      return [job.terms, job.specWords];
    },
  },
  claim: { error: "Staking_NotOperator", args: ({ posted, provider }) => [posted.terms, provider.address] },
  submit: { error: "Market_StaleJob", args: ({ claimed }) => submitArgs(claimed) },
  submitForClaimer: {
    error: "Market_NotProvider",
    args: ({ claimed }) => submitArgs(claimed).toSpliced(3, 0, claimed.claimer),
  },
  postBatch: {
    error: "Market_NotRequester",
    args: ({ world, requester }) => {
      const job = draftJob(world, requester.address, { lane: 9 });
      return [[{ terms: job.terms, spec: job.specWords }]];
    },
  },
  claimBatch: { error: "Staking_NotOperator", args: ({ posted, provider }) => [[posted.terms], provider.address] },
  claimOrder: {
    error: "Market_BadSignature",
    args: ({ world, requester, caller }) => {
      const job = draftJob(world, requester.address, { lane: 9 });
      return [job.terms, job.specWords, caller, "0x"];
    },
  },
  placeBid: {
    error: "Market_BadSignature",
    args: ({ bidding, caller, provider }) => {
      const { maxPrice: price, claimBy: expiry } = bidding.fields;
      return [bidding.terms, NO_BID, { provider: caller, bidder: provider.address, price, expiry }, "0x"];
    },
  },
  awardBid: {
    error: "Market_NotRequester",
    args: ({ bidding, caller }) => {
      const { maxPrice: price, claimBy: expiry } = bidding.fields;
      return [bidding.terms, NO_BID, { provider: caller, bidder: caller, price, expiry }, "0x"];
    },
  },
  cancelBidding: { error: "Market_NotRequester", args: ({ bidding }) => [bidding.terms, NO_BID] },
  award: due("the bid that stands when bidding is over"),
  rescue: due("a job whose provider is late"),
  retireLane: own("lanes"),
  revokeSignatures: own("signatures"),
  setFeeRange: managed,
  setFeeShares: managed,
  cancel: { error: "Market_NotRequester", args: ({ posted }) => [posted.terms] },
  withdraw: { error: "Market_InsufficientBalance", args: ({ world, caller }) => [world.asy.address, caller, ONE] },
  deposit: own("tokens; the balance may be a gift"),
  depositWithPermit: own("tokens"),
  expire: due("a job nobody delivered"),
  finalize: due("a result that stands"),
  finalizeBatch: due("results that stand"),
  reject: due("a result its strategies reject"),
  resolveStalled: due("a result its strategies are silent about"),
  collect: theirs("earnings"),
};

const challenger: Denied = { error: "Dispute_NotChallenger" };

const REFEREE: Record<string, Row> = {
  deposit: own("tokens; the credit may be a gift"),
  withdraw: { error: "Dispute_InsufficientCredit", args: () => [ONE] },
  challenge: { open: "puts the sender's own bond against a result" },
  pickNode: challenger,
  pickElement: challenger,
  pickOp: challenger,
  pickStep: challenger,
  prove: challenger,
  proveChunk: challenger,
  revealNodes: noSuch,
  revealOps: noSuch,
  revealSteps: noSuch,
  revealSums: noSuch,
  revealTile: noSuch,
  timeout: due("a game whose clock ran out"),
  reclaim: theirs("a bond"),
  sweep: theirs("a lost bond's shares"),
};

const DEMANDS: Record<string, Row> = {
  demand: { open: "puts up the sender's own fee" },
  answer: { open: "pays whoever shows the tile" },
  reclaim: theirs("the fee of an unanswered demand"),
};

const EVERYBODYS = "what it does anybody may do at the contracts themselves";
const UPKEEP: Record<string, Row> = {
  performUpkeep: { open: EVERYBODYS },
  settle: { open: EVERYBODYS },
  expire: { open: EVERYBODYS },
  timeout: { open: EVERYBODYS },
  endCases: { open: EVERYBODYS },
  collect: { open: EVERYBODYS },
  govern: { open: EVERYBODYS },
  forwardTips: { open: "pays to the market's treasury, whoever asks" },
};

const BEACON: Record<string, Row> = {
  ask: { open: "pays for a draw that is the sender's own" },
  rawFulfillRandomWords: { error: "Beacon_NotCoordinator" },
  drawFromHeader: due("a draw that its coordinator was silent about"),
  postpone: due("a draw whose block the chain has forgotten"),
};

/** Who may not call what, for every function that changes state, by contract. */
export const ROWS: Record<string, Record<string, Row>> = {
  ProxySeed: { upgradeToAndCall: { error: "UUPSUnauthorizedCallContext" } },
  ProtocolAuthority: AUTHORITY,
  AssayToken: TOKEN,
  StakingManager: STAKING,
  DelegationPools: POOLS,
  SlashingManager: SLASHING,
  ProviderRegistry: {
    ...MANAGED,
    setRecord: {
      error: "Registry_NotOperator",
      args: ({ provider, world }) => [recordOf(provider.address, world.now + 100)],
    },
    setSignedRecord: {
      error: "Registry_BadSignature",
      args: ({ provider, world }) => [recordOf(provider.address, world.now + 100), "0x"],
    },
  },
  PriceFeeds: {
    ...MANAGED,
    setFeed: managed,
    setSequencer: managed,
    tokensForUp: { open: "an answer that is accepted is the measure of the next, whoever asks" },
  },
  ReputationRegistry: { ...MANAGED, setStakeCap: managed, setTier: managed },
  VerificationHub: { ...MANAGED, registerStrategy: managed },
  JobMarketplace: MARKET,
  OptimisticWindow: {},
  OneStepJudge: {},
  RefereedDispute: REFEREE,
  DataDemands: DEMANDS,
  ProtocolLens: {},
  UpkeepCoordinator: UPKEEP,
  RandomnessBeacon: BEACON,
  AssayGovernor: GOVERNOR,
  ProtocolTimelock: TIMELOCK,
  Treasury: {
    ...MANAGED,
    pay: managed,
    grant: managed,
    fetchFees: { open: "brings the treasury's own fees home" },
  },
  ParameterCouncil: { ...MANAGED, move: managed, setRange: managed },
  QuadraticGrants: {
    ...MANAGED,
    openRound: managed,
    strike: managed,
    proposeProject: { error: "Grants_UnknownRound" },
    voteGrant: { error: "Grants_UnknownRound" },
    settleProject: { error: "Grants_UnknownRound" },
    sweepRound: { error: "Grants_UnknownRound" },
  },
};

function recordOf(provider: Address, expiry: number) {
  const empty = { capabilities: 0n, memoryClass: 0, pricePerHour: 0n, endpoint: "" };
  return { provider, sequence: 1, expiry, ...empty };
}
