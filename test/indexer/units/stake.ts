import { account, type Emitted, entities, entity, join, parameter, type Unit, word } from "./kit.ts";

const STAKING = "StakingManager";
const POOLS = "DelegationPools";
const SLASHING = "SlashingManager";

function staked(number: number, amount: bigint): Emitted {
  return [STAKING, "Staked", account(number), account(number), amount, amount];
}

const forfeited = (number: number, reason: number): Emitted => [
  ...([STAKING, "BondForfeited", account(number), reason, 60n] as const),
  ...([account(4_900), 30n, account(4_901), 10n, 15n, 5n] as const),
];

const stakingUnits: readonly Unit[] = [
  {
    handler: "handleStaked",
    events: [staked(4_001, 100n), [STAKING, "Staked", account(4_001), account(2), 50n, 150n]],
    shows: [
      entity("provider", account(4_001), {
        stake: "150",
        score: 2_500,
        stakeEvents: [{ kind: "STAKED" }, { kind: "STAKED" }],
      }),
    ],
  },
  {
    handler: "handleThawRequested",
    events: [staked(4_002, 100n), [STAKING, "ThawRequested", account(4_002), 30n, 1_800_000_000n, 70n]],
    shows: [
      entity("provider", account(4_002), {
        stake: "70",
        thaws: [{ amount: "30", readyAt: "1800000000", withdrawn: false }],
      }),
    ],
  },
  {
    handler: "handleStakeWithdrawn",
    events: [
      staked(4_003, 100n),
      [STAKING, "ThawRequested", account(4_003), 30n, 1n, 70n],
      [STAKING, "ThawRequested", account(4_003), 20n, 2n, 50n],
      [STAKING, "ThawRequested", account(4_003), 10n, 3n, 40n],
      [STAKING, "Withdrawn", account(4_003), 50n],
    ],
    shows: [
      entity("provider", account(4_003), {
        stake: "40",
        thaws: [
          { amount: "30", withdrawn: true },
          { amount: "20", withdrawn: true },
          { amount: "10", withdrawn: false },
        ],
      }),
    ],
  },
  {
    handler: "handleOperatorSet",
    events: [
      [STAKING, "OperatorSet", account(4_004), account(4_104), true],
      [STAKING, "OperatorSet", account(4_004), account(4_105), true],
      [STAKING, "OperatorSet", account(4_004), account(4_104), false],
    ],
    shows: [
      entity("operator", join(account(4_004), account(4_104)), { allowed: false, account: account(4_104) }),
      entity("operator", join(account(4_004), account(4_105)), { allowed: true }),
    ],
  },
  {
    handler: "handleExposureSet",
    events: [[STAKING, "ExposureSet", account(4_005), 7_000n]],
    shows: [entity("provider", account(4_005), { exposureBps: 7_000 })],
  },
  {
    handler: "handleBondForfeited",
    events: [staked(4_006, 100n), [STAKING, "ExposureSet", account(4_006), 9_000n], forfeited(4_006, 2)],
    shows: [
      // 60 of 100 is 6,000 of 10,000; eight failures: 2,048 · 10,000 / (0 + 4 · 8,192 + 4 · 1,024), rounded down
      entity("provider", account(4_006), { stake: "40", forfeited: "60", exposureBps: 3_000, bad: 8_192, score: 277 }),
      entities("slashes", `provider: "${account(4_006)}"`, {
        lost: "60",
        fromPool: "0",
        reason: "REJECTED",
        toRequester: "30",
        toFinder: "10",
        toAudit: "15",
        burned: "5",
      }),
    ],
  },
  {
    handler: "handleBurned",
    events: [[STAKING, "Burned", 5n]],
    shows: [entities("payments", "kind: PENALTY_BURN", { amount: "5" })],
  },
  {
    handler: "handleCreditClaimed",
    events: [
      [STAKING, "BondForfeited", account(4_007), 1, 9n, account(4_107), 6n, account(4_108), 1n, 1n, 1n],
      [STAKING, "CreditClaimed", account(4_107), 6n],
    ],
    shows: [
      entity("stakeCredit", account(4_107), { amount: "0" }),
      entity("stakeCredit", account(4_108), { amount: "1" }),
      entities("payments", "kind: CREDIT", { to: account(4_107), amount: "6" }),
    ],
  },
  {
    handler: "handleAuditFundPaid",
    events: [[STAKING, "AuditFundPaid", account(4_109), 15n]],
    shows: [entities("payments", "kind: AUDIT", { to: account(4_109), amount: "15" })],
  },
  {
    handler: "handleAuditFundSet",
    events: [[STAKING, "AuditFundSet", account(1), account(4_110)]],
    shows: [entity("protocol", "protocol", { auditFund: account(4_110) })],
  },
  {
    handler: "handleThawPeriodSet",
    events: [[STAKING, "ThawPeriodSet", 1n, 86_400n]],
    shows: [entity("protocol", "protocol", { thawPeriod: "86400" }), parameter("StakingManager.thawPeriod", "86400")],
  },
  {
    handler: "handleStakeDelegateChanged",
    events: [[STAKING, "DelegateChanged", account(4_008), account(0), account(4_111)]],
    shows: [
      entity("tokenHolder", account(4_008), { stakedRepresentative: { id: account(4_111) }, representative: null }),
    ],
  },
  {
    handler: "handleStakeVotesChanged",
    events: [[STAKING, "DelegateVotesChanged", account(4_009), 1n, 77n]],
    shows: [entity("tokenHolder", account(4_009), { stakedVotes: "77", votes: "0" })],
  },
];

function delegated(pool: number, by: number, amount: bigint, shares: bigint): Emitted {
  return [POOLS, "StakeDelegated", account(pool), account(by), amount, shares];
}

const poolUnits: readonly Unit[] = [
  {
    handler: "handleStakeDelegated",
    events: [delegated(5_001, 5_101, 100n, 90n)],
    shows: [
      entity("delegationPool", account(5_001), { assets: "100", shares: "90" }),
      entity("delegation", join(account(5_001), account(5_101)), { shares: "90", exiting: "0" }),
    ],
  },
  {
    handler: "handleExitRequested",
    events: [delegated(5_002, 5_102, 100n, 90n), [POOLS, "ExitRequested", account(5_002), account(5_102), 40n, 7n]],
    shows: [
      entity("delegation", join(account(5_002), account(5_102)), { shares: "90", exiting: "40" }),
      entities("delegationExits", `shares: "40", readyAt: "7"`, { withdrawn: false }),
    ],
  },
  {
    handler: "handleDelegationWithdrawn",
    events: [
      delegated(5_003, 5_103, 100n, 100n),
      [POOLS, "ExitRequested", account(5_003), account(5_103), 30n, 1n],
      [POOLS, "ExitRequested", account(5_003), account(5_103), 20n, 2n],
      [POOLS, "DelegationWithdrawn", account(5_003), account(5_103), 30n, 33n],
    ],
    shows: [
      entity("delegationPool", account(5_003), { assets: "67", shares: "70", exiting: "20" }),
      entities("delegationExits", `delegation: "${join(account(5_003), account(5_103))}", withdrawn: true`, {
        shares: "30",
      }),
    ],
  },
  {
    handler: "handleStakeRedelegated",
    events: [
      delegated(5_004, 5_104, 100n, 100n),
      [POOLS, "StakeRedelegated", account(5_004), account(5_005), account(5_104), 40n, 44n, 50n],
    ],
    shows: [
      entity("delegationPool", account(5_004), { assets: "56", shares: "60" }),
      entity("delegationPool", account(5_005), { assets: "44", shares: "50", events: [{ kind: "MOVED_IN" }] }),
      entity("delegation", join(account(5_005), account(5_104)), { shares: "50" }),
    ],
  },
  {
    handler: "handlePoolSlashed",
    events: [delegated(5_006, 5_106, 100n, 100n), [POOLS, "PoolSlashed", account(5_006), 25n, 75n]],
    shows: [entity("delegationPool", account(5_006), { assets: "75", shares: "100", slashed: "25" })],
  },
  {
    handler: "handlePoolReset",
    events: [
      delegated(5_007, 5_107, 100n, 100n),
      [POOLS, "PoolReset", account(5_007), 1n, 3n],
      delegated(5_007, 5_107, 10n, 12n),
    ],
    shows: [
      entity("delegationPool", account(5_007), { assets: "10", shares: "12", epoch: "1" }),
      entity("delegation", join(account(5_007), account(5_107)), { shares: "12", epoch: "1" }),
    ],
  },
  {
    handler: "handleCutSet",
    events: [
      [POOLS, "CutSet", account(5_008), 1_000n, 1_600_000_000n],
      [POOLS, "CutSet", account(5_008), 3_000n, 1_900_000_000n],
    ],
    shows: [entity("delegationPool", account(5_008), { cutBps: 1_000, nextCutBps: 3_000, nextCutAt: "1900000000" })],
  },
  {
    handler: "handleFeesShared",
    events: [
      [POOLS, "FeesShared", account(5_009), account(5_200), 8n],
      [POOLS, "FeesShared", account(5_009), account(5_200), 5n],
    ],
    shows: [entity("poolFees", join(account(5_009), account(5_200)), { shared: "13", pool: { id: account(5_009) } })],
  },
  {
    handler: "handleFeesClaimed",
    events: [[POOLS, "FeesClaimed", account(5_110), account(5_201), 4n]],
    shows: [
      entities("payments", `token: "${account(5_201)}"`, { kind: "DELEGATOR_FEES", to: account(5_110), amount: "4" }),
    ],
  },
  {
    handler: "handleFeeTokenAdded",
    events: [[POOLS, "FeeTokenAdded", account(5_202)]],
    shows: [entity("tokenConfig", account(5_202), { sharesFees: true, allowed: false })],
  },
];

function opened(id: number): Emitted {
  return [SLASHING, "CaseOpened", BigInt(id), account(6_000 + id), 4, account(6_100), 55n, 777n, word(6_200)];
}

const caseUnits: readonly Unit[] = [
  {
    handler: "handleCaseOpened",
    events: [opened(1)],
    shows: [
      entity("slashingCase", "1", { status: "OPEN", reason: "FALSE_CAPABILITY", amount: "55", deadline: "777" }),
      entity("provider", account(6_001), { locked: "55" }),
    ],
  },
  {
    handler: "handleCaseAppealed",
    events: [opened(2), [SLASHING, "CaseAppealed", 2n, 888n, word(6_201)]],
    shows: [entity("slashingCase", "2", { status: "APPEALED", deadline: "888", statement: word(6_201) })],
  },
  {
    handler: "handleAppealRefused",
    events: [opened(3), [SLASHING, "AppealRefused", 3n, 999n]],
    shows: [
      entity("slashingCase", "3", {
        status: "UPHELD",
        deadline: "999",
        events: [{ status: "OPEN" }, { status: "UPHELD" }],
      }),
    ],
  },
  {
    handler: "handleCaseExecuted",
    events: [opened(4), [SLASHING, "CaseExecuted", 4n]],
    shows: [entity("slashingCase", "4", { status: "EXECUTED" }), entity("provider", account(6_004), { locked: "55" })],
  },
  {
    handler: "handleCaseVetoed",
    events: [opened(5), [SLASHING, "CaseVetoed", 5n]],
    shows: [entity("slashingCase", "5", { status: "VETOED" }), entity("provider", account(6_005), { locked: "0" })],
  },
  {
    handler: "handleCaseLapsed",
    events: [opened(6), [SLASHING, "CaseLapsed", 6n]],
    shows: [entity("slashingCase", "6", { status: "LAPSED" }), entity("provider", account(6_006), { locked: "0" })],
  },
  {
    handler: "handleDelaySet",
    events: [[SLASHING, "DelaySet", 1n, 90_000n]],
    shows: [entity("protocol", "protocol", { slashingDelay: "90000" }), parameter("SlashingManager.delay", "90000")],
  },
];

const registryUnits: readonly Unit[] = [
  {
    handler: "handleRecordSet",
    events: [
      ["ProviderRegistry", "RecordSet", account(7_001), 1n, 5n, 4, 100n, 10n, "https://one.example"],
      ["ProviderRegistry", "RecordSet", account(7_001), 2n, 6n, 3, 101n, 11n, "https://two.example"],
    ],
    shows: [
      entity("provider", account(7_001), {
        record: {
          sequence: "2",
          capabilities: "6",
          memoryClass: 3,
          pricePerHour: "11",
          endpoint: "https://two.example",
        },
        records: [{ sequence: "1" }, { sequence: "2" }],
      }),
    ],
  },
  {
    handler: "handleTierSet",
    events: [["ReputationRegistry", "TierSet", 2n, 200n, 15]],
    shows: [entity("tier", "2", { capacity: "200", score: 15 }), parameter("ReputationRegistry.tierScore:2", "15")],
  },
  {
    handler: "handleStakeCapSet",
    events: [["ReputationRegistry", "StakeCapSet", 1n, 500n]],
    shows: [parameter("ReputationRegistry.stakeCap", "500")],
  },
  {
    handler: "handleStrategyRegistered",
    events: [["VerificationHub", "StrategyRegistered", 3n, account(7_002)]],
    shows: [parameter("VerificationHub.strategy:3", account(7_002))],
  },
  {
    handler: "handleFeedSet",
    events: [["PriceFeeds", "FeedSet", account(7_003), account(7_004), 3_600n, 50n]],
    shows: [
      parameter(`PriceFeeds.source:${account(7_003)}`, account(7_004)),
      parameter(`PriceFeeds.heartbeat:${account(7_003)}`, "3600"),
      parameter(`PriceFeeds.maxDeviationBps:${account(7_003)}`, "50"),
    ],
  },
  {
    handler: "handleSequencerSet",
    events: [["PriceFeeds", "SequencerSet", account(7_005), 900n]],
    shows: [parameter("PriceFeeds.sequencer", account(7_005)), parameter("PriceFeeds.grace", "900")],
  },
];

export const stakeUnits: readonly Unit[] = [...stakingUnits, ...poolUnits, ...caseUnits, ...registryUnits];
