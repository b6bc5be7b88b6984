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
    sources: [contract("market/JobMarketplace")],
    contracts: [contract("market/JobMarketplace")],
    tests: [
      "test/contracts/market/{settle,claim,post,submit,balances,admin,finder,policy}.test.ts",
      "test/contracts/callers/callers.test.ts",
      "test/contracts/{attack,flows}/*.test.ts",
      "test/contracts/market/fuzz.test.ts",
    ],
  },
];
