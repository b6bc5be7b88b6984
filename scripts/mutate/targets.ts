export interface Target {
  name: string;
  /** sources that are changed, as solc names them */
  sources: readonly string[];
  /** contracts that are built of them */
  contracts: readonly string[];
  /** test files that must notice, patterns; those that notice most stand first */
  tests: readonly string[];
}

const contract = (path: string) => `contracts/${path}.sol`;

/** One contract to the outside: what the first does not know itself it passes on to the second. */
const MARKET = [contract("market/JobMarketplace"), contract("market/MarketExtension")];

/** The money paths. */
export const TARGETS: readonly Target[] = [
  {
    name: "staking",
    sources: [contract("staking/StakingManager"), contract("staking/StakedVotes")],
    contracts: [contract("staking/StakingManager")],
    tests: [
      "test/contracts/staking/{staking,edges,delegation,exposure,votes,exits,pool-fees}.test.ts",
      "test/contracts/slashing/*.test.ts",
      "test/contracts/reputation/*.test.ts",
    ],
  },
  {
    name: "pools",
    sources: [contract("staking/DelegationPools"), contract("libraries/PoolShares")],
    contracts: [contract("staking/DelegationPools")],
    tests: [
      "test/contracts/staking/{edges,delegation,pool-fees,exits,votes,exposure}.test.ts",
      "test/contracts/libraries/*.test.ts",
    ],
  },
  {
    name: "slashing",
    sources: [contract("slashing/SlashingManager")],
    contracts: [contract("slashing/SlashingManager")],
    tests: ["test/contracts/slashing/*.test.ts", "test/contracts/market/{finder,settle}.test.ts"],
  },
  {
    name: "reputation",
    sources: [contract("reputation/ReputationRegistry"), contract("libraries/Reputation")],
    contracts: [
      contract("reputation/ReputationRegistry"),
      contract("staking/StakingManager"),
      contract("mocks/LibraryHarness"),
    ],
    tests: ["test/contracts/reputation/*.test.ts", "test/contracts/libraries/*.test.ts"],
  },
  {
    name: "treasury",
    sources: [contract("governance/Treasury"), contract("governance/ParameterCouncil")],
    contracts: [contract("governance/Treasury"), contract("governance/ParameterCouncil")],
    tests: ["test/contracts/governance/{treasury,governance}.test.ts", "test/contracts/callers/callers.test.ts"],
  },
  {
    name: "token",
    sources: [contract("token/AssayToken")],
    contracts: [contract("token/AssayToken")],
    tests: ["test/contracts/token/*.test.ts", "test/contracts/staking/votes.test.ts"],
  },
  {
    name: "market",
    sources: [
      contract("market/MarketJobs"),
      contract("market/MarketStorage"),
      contract("market/MarketSettlement"),
      contract("market/MarketBalances"),
      contract("market/JobMarketplace"),
    ],
    contracts: MARKET,
    tests: [
      "test/contracts/market/{settle,claim,post,submit,balances,fees,finder,policy,rescue,bids,orders,dollars}.test.ts",
      "test/contracts/market/{admin,fuzz}.test.ts",
      "test/contracts/callers/callers.test.ts",
      "test/contracts/{attack,flows}/*.test.ts",
    ],
  },
  {
    name: "offers",
    sources: [contract("market/MarketBids"), contract("market/MarketOrders"), contract("market/MarketExtension")],
    contracts: MARKET,
    tests: [
      "test/contracts/market/{bids,orders,rescue,admin,fees,policy}.test.ts",
      "test/contracts/market/{claim,post,dollars,balances}.test.ts",
      "test/contracts/callers/callers.test.ts",
    ],
  },
  {
    name: "words",
    sources: ["BaseFee", "BidScore", "LaneWord", "RunWord", "JobTerms", "Signatures"].map((name) =>
      contract(`libraries/${name}`),
    ),
    contracts: [...MARKET, contract("mocks/LibraryHarness")],
    tests: [
      "test/contracts/libraries/*.test.ts",
      "test/contracts/market/{bids,orders,rescue,fees,claim,post,settle}.test.ts",
    ],
  },
  {
    name: "feeds",
    sources: [contract("market/PriceFeeds")],
    contracts: [contract("market/PriceFeeds")],
    tests: ["test/contracts/market/{dollars,admin}.test.ts", "test/contracts/callers/callers.test.ts"],
  },
];
