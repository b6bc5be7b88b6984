import { type Hex, keccak256, zeroAddress } from "viem";
import {
  type JobSpec,
  type JobTerms,
  NO_DEMANDS,
  PRICE_RULE,
  packJobSpec,
  packJobTerms,
} from "../../../sdk/src/index.ts";
import { account, type Emitted, entities, entity, join, parameter, type Unit, word } from "./kit.ts";

const MARKET = "JobMarketplace";
export const TOKEN = account(1);
const PRICE = 500n;
const BOND = 70n;

function terms(number: number, more: Partial<JobTerms> = {}): JobTerms {
  return {
    requester: account(1_000 + number),
    maxPrice: PRICE,
    token: TOKEN,
    bond: BOND,
    minPrice: 400n,
    rampStart: 11,
    rampLength: 12,
    claimBy: 13,
    runTime: 14,
    feeBps: 250,
    minReputation: 15,
    provider: zeroAddress,
    generation: 3,
    lane: 300 + number,
    window: 600,
    policy: 1,
    version: 2,
    specHash: word(number),
    ...NO_DEMANDS,
    ...more,
  };
}

const SPEC: JobSpec = {
  programHash: word(501),
  dataRoot: word(502),
  initState: word(503),
  steps: 4_000_000_000,
  segmentLength: 64,
  outIdx: 2,
  stateCount: 3,
  rulesVersion: 1,
  refSeconds: 60,
  inputs: word(504),
  judge: account(505),
};

export function worker(number: number) {
  return account(2_000 + number);
}

export function posted(number: number, more: Partial<JobTerms> = {}): Emitted {
  const job = terms(number, more);
  return [MARKET, "JobPosted", word(number), job.requester, packJobTerms(job), packJobSpec(SPEC)];
}

export function claimed(number: number, price = 450n): Emitted {
  return [MARKET, "JobClaimed", word(number), worker(number), worker(number), 9n, price, word(600 + number)];
}

export function submitted(number: number): Emitted {
  return [MARKET, "ResultSubmitted", word(number), worker(number), word(701), word(702), word(703)];
}

/** DSP-13, by hand. */
export function commitment(number: number): Hex {
  return keccak256(join("0x0b", word(number), word(600 + number), word(701), word(702)));
}

function bid(number: number, by: number, price: bigint): Emitted {
  return [MARKET, "BidPlaced", word(number), account(by), account(by), price, 77n, 88n];
}

const AUCTION = { rule: PRICE_RULE.bids, priceWeight: 3, stakeWeight: 2, reputationWeight: 1 };
const balance = (number: number, amount: bigint) =>
  entity("marketBalance", join(TOKEN, account(1_000 + number)), { amount: String(amount) });

export const marketUnits: readonly Unit[] = [
  {
    handler: "handleJobPosted",
    events: [posted(1, { ...AUCTION, minStake: 5n, capabilities: 6n, memoryClass: 200, provider: worker(1) })],
    shows: [
      entity("job", word(1), {
        ...{
          status: "OPEN",
          maxPrice: "500",
          minPrice: "400",
          bond: "70",
          token: TOKEN,
          rule: "BIDS",
          named: worker(1),
        },
        ...{ claimBy: "13", steps: "4000000000" },
        terms: {
          ...{ rampStart: "11", rampLength: 12, runTime: 14, feeBps: 250, minReputation: 15, window: 600 },
          ...{ generation: "3", lane: 301, policy: 1, minStake: "5", capabilities: "6", memoryClass: 200 },
          ...{ priceWeight: 3, stakeWeight: 2, reputationWeight: 1, segmentLength: 64 },
          ...{ outIdx: 2, stateCount: 3, rulesVersion: 1, refSeconds: "60", judge: account(505), manifest: word(504) },
        },
        events: [{ kind: "POSTED", amount: "500" }],
      }),
      entity("lane", join(account(1_001), "0x2d010000"), { generation: "3", retired: false, job: { id: word(1) } }),
      balance(1, -PRICE),
    ],
  },
  {
    handler: "handleBidPlaced",
    events: [posted(2, AUCTION), bid(2, 3_001, 480n), bid(2, 3_002, 470n)],
    shows: [
      entity("job", word(2), {
        bestBid: { price: "470", quote: "77", score: "88" },
        bids: [{ price: "480" }, { price: "470" }],
      }),
      entity("provider", account(3_001), { locked: "0" }),
      entity("provider", account(3_002), { locked: "70" }),
    ],
  },
  {
    handler: "handleJobClaimed",
    events: [posted(3), claimed(3)],
    shows: [
      entity("job", word(3), {
        ...{ status: "CLAIMED", price: "450", postedWithClaim: false },
        claim: { run: "9", claimer: worker(3) },
      }),
      entity("provider", worker(3), { jobsClaimed: 1, locked: "70", claims: [{ price: "450", rescue: false }] }),
      balance(3, -450n),
    ],
  },
  {
    handler: "handleJobRescued",
    events: [
      posted(4),
      claimed(4),
      ["StakingManager", "BondForfeited", worker(4), 6, 70n, account(9), 10n, account(10), 5n, 3n, 2n],
      [MARKET, "JobRescued", word(4), worker(4), account(3_010), 20n],
    ],
    shows: [entity("job", word(4), { rescued: true }), entity("provider", worker(4), { jobsExpired: 1 })],
  },
  {
    handler: "handleClaimSkipped",
    events: [posted(5), [MARKET, "ClaimSkipped", word(5), worker(5)], [MARKET, "ClaimSkipped", word(9_999), worker(5)]],
    shows: [entities("jobEvents", `kind: CLAIM_SKIPPED`, { job: { id: word(5) }, actor: worker(5), status: "OPEN" })],
  },
  {
    handler: "handleSettlementSkipped",
    events: [posted(6), [MARKET, "SettlementSkipped", word(6), "0x12345678"]],
    shows: [entities("jobEvents", `kind: SETTLEMENT_SKIPPED`, { job: { id: word(6) } })],
  },
  {
    handler: "handleResultSubmitted",
    events: [posted(7), claimed(7), submitted(7)],
    shows: [
      entity("job", word(7), { status: "SUBMITTED", result: { id: commitment(7) } }),
      entity("result", commitment(7), {
        ...{ provider: { id: worker(7) }, runRoot: word(701), finalState: word(702), output: word(703) },
      }),
    ],
  },
  {
    handler: "handleJobFinalized",
    events: [posted(8), claimed(8), submitted(8), [MARKET, "JobFinalized", word(8), worker(8), 450n, 11n]],
    shows: [
      entity("job", word(8), { status: "FINALIZED", fee: "11" }),
      // one good outcome: (1024 + 1024) · 10,000 / (1024 + 4 · 1024)
      entity("provider", worker(8), { jobsFinalized: 1, locked: "0", good: 1024, bad: 0, score: 4_000 }),
      entity("earnings", join(TOKEN, worker(8)), { gross: "450", fee: "11" }),
    ],
  },
  {
    handler: "handleJobCancelled",
    events: [posted(9), [MARKET, "JobCancelled", word(9), account(1_009), 500n]],
    shows: [entity("job", word(9), { status: "CANCELLED", refund: "500" }), balance(9, 0n)],
  },
  {
    handler: "handleJobExpired",
    events: [posted(10), claimed(10), [MARKET, "JobExpired", word(10), worker(10), 450n, 33n]],
    shows: [
      entity("job", word(10), { status: "EXPIRED", refund: "450", penalty: "33" }),
      entity("provider", worker(10), { jobsExpired: 1 }),
      balance(10, 0n),
    ],
  },
  {
    handler: "handleJobRejected",
    events: [posted(11), claimed(11), submitted(11), [MARKET, "JobRejected", word(11), worker(11), 450n, 70n]],
    shows: [
      entity("job", word(11), { status: "REJECTED", refund: "450", penalty: "70" }),
      entity("provider", worker(11), { jobsRejected: 1 }),
    ],
  },
  {
    handler: "handleJobUnresolved",
    events: [posted(12), claimed(12), submitted(12), [MARKET, "JobUnresolved", word(12), worker(12), 450n]],
    shows: [
      entity("job", word(12), { status: "UNRESOLVED", refund: "450" }),
      entity("provider", worker(12), { locked: "0", jobsRejected: 0, bad: 0 }),
    ],
  },
  {
    handler: "handleDeposited",
    events: [[MARKET, "Deposited", account(20), account(21), account(22), 99n]],
    shows: [
      entity("marketBalance", join(account(20), account(21)), { amount: "99" }),
      entities("payments", `token: "${account(20)}"`, {
        kind: "DEPOSIT",
        from: account(22),
        to: account(21),
        amount: "99",
      }),
    ],
  },
  {
    handler: "handleWithdrawn",
    events: [
      [MARKET, "Deposited", account(23), account(24), account(24), 99n],
      [MARKET, "Withdrawn", account(23), account(24), account(25), 40n],
    ],
    shows: [
      entity("marketBalance", join(account(23), account(24)), { amount: "59" }),
      entities("payments", `token: "${account(23)}", kind: WITHDRAWAL`, { to: account(25), amount: "40" }),
    ],
  },
  {
    handler: "handleEarningsCollected",
    events: [
      posted(13, { token: account(26) }),
      claimed(13),
      [MARKET, "JobFinalized", word(13), worker(13), 450n, 30n],
      [MARKET, "EarningsCollected", account(26), worker(13), 400n, 30n, 20n, 10n],
    ],
    shows: [
      entity("earnings", join(account(26), worker(13)), { gross: "0", fee: "0" }),
      entity("marketBalance", join(account(26), worker(13)), { amount: "400" }),
      entities(
        "payments",
        `token: "${account(26)}"`,
        { kind: "EARNINGS", amount: "400" },
        { kind: "FEE", amount: "20" },
        { kind: "FEE_BURN", amount: "10" },
      ),
    ],
  },
  {
    handler: "handleSettlementTipped",
    events: [
      posted(14, { token: account(27) }),
      claimed(14),
      [MARKET, "JobFinalized", word(14), worker(14), 450n, 30n],
      [MARKET, "SettlementTipped", account(28), account(27), worker(14), 7n],
    ],
    shows: [
      entity("earnings", join(account(27), worker(14)), { gross: "443", fee: "23" }),
      entity("marketBalance", join(account(27), account(28)), { amount: "7" }),
    ],
  },
  {
    handler: "handleBaseFeeMoved",
    events: [[MARKET, "BaseFeeMoved", account(30), 100n, 120n, 5n]],
    shows: [
      entity("tokenConfig", account(30), { feeBps: 120 }),
      parameter(`JobMarketplace.feeBps:${account(30)}`, "120"),
    ],
  },
  {
    handler: "handleFeeRangeSet",
    events: [[MARKET, "FeeRangeSet", account(31), 100n, 50n, 200n, 9n]],
    shows: [entity("tokenConfig", account(31), { feeBps: 100, minFeeBps: 50, maxFeeBps: 200, target: "9" })],
  },
  {
    handler: "handleTokenConfigured",
    events: [[MARKET, "TokenConfigured", account(32), true, 130, 8n]],
    shows: [
      entity("tokenConfig", account(32), { allowed: true, feeBps: 130, minFeeBps: 130, maxFeeBps: 130, minBond: "8" }),
      parameter(`JobMarketplace.allowed:${account(32)}`, "true"),
    ],
  },
  {
    handler: "handleFeeSharesSet",
    events: [[MARKET, "FeeSharesSet", 500n, 1_000n]],
    shows: [parameter("JobMarketplace.tipBps", "500"), parameter("JobMarketplace.burnBps", "1000")],
  },
  {
    handler: "handleMinWindowSet",
    events: [
      [MARKET, "MinWindowSet", 1n, 2n],
      [MARKET, "MinWindowSet", 2n, 3n],
    ],
    shows: [
      entity("parameter", "JobMarketplace.minWindow", {
        value: "3",
        history: [
          { previous: null, value: "2" },
          { previous: "2", value: "3" },
        ],
      }),
    ],
  },
  {
    handler: "handlePauseSet",
    events: [[MARKET, "PauseSet", 0, 2]],
    shows: [entity("protocol", "protocol", { pauseBits: 2 }), parameter("JobMarketplace.pauseBits", "2")],
  },
  {
    handler: "handleTreasurySet",
    events: [[MARKET, "TreasurySet", account(33), account(34)]],
    shows: [
      entity("protocol", "protocol", { treasury: account(34) }),
      parameter("JobMarketplace.treasury", account(34)),
    ],
  },
  {
    handler: "handleLaneRetired",
    events: [[MARKET, "LaneRetired", account(35), 5n, 17n]],
    shows: [entity("lane", join(account(35), "0x05000000"), { lane: 5, generation: "17", retired: true, job: null })],
  },
  {
    handler: "handleSignaturesRevoked",
    events: [[MARKET, "SignaturesRevoked", account(36), 2n]],
    shows: [entity("signer", account(36), { epoch: "2" })],
  },
];
