import { type Address, encodeFunctionData, type Hex, toFunctionSelector, zeroAddress } from "viem";
import { type ContractName, readArtifact } from "./artifacts.ts";
import { type DeployConfig, resolveAddress } from "./config.ts";
import { type Creation, creationOf } from "./create2.ts";
import { lensOver } from "./lens.ts";
import { beaconOf } from "./randomness.ts";

/** The contracts behind proxies, in the order in which they are created. */
export const MANAGED = [
  "ProtocolAuthority",
  "AssayToken",
  "StakingManager",
  "DelegationPools",
  "SlashingManager",
  "ReputationRegistry",
  "VerificationHub",
  "ProviderRegistry",
  "PriceFeeds",
  "JobMarketplace",
] as const;
export type ManagedName = (typeof MANAGED)[number];

/** Whose proxies each implementation holds as immutables, in the order of its constructor. */
export const PEERS: Readonly<Record<ManagedName, readonly ManagedName[]>> = {
  ProtocolAuthority: [],
  AssayToken: [],
  StakingManager: ["AssayToken", "JobMarketplace", "SlashingManager", "DelegationPools"],
  DelegationPools: ["AssayToken", "StakingManager", "JobMarketplace"],
  ReputationRegistry: ["StakingManager"],
  SlashingManager: ["StakingManager", "JobMarketplace"],
  VerificationHub: [],
  ProviderRegistry: ["StakingManager"],
  PriceFeeds: [],
  JobMarketplace: [
    "AssayToken",
    "StakingManager",
    "VerificationHub",
    "SlashingManager",
    "DelegationPools",
    "ProviderRegistry",
    "PriceFeeds",
  ],
};

/** Everything a deployment will consist of; a pure function of the deployer, the configuration and the build. */
export interface Layout {
  deployer: Address;
  seed: Creation;
  proxies: Record<ManagedName, Creation>;
  implementations: Record<ManagedName, Creation>;
  /** calldata of `initialize`, executed in the transaction that installs the implementation */
  initializers: Record<ManagedName, Hex>;
  /** the part of JobMarketplace that has its own code */
  extension: Creation;
  /** the judge of the referee, where there is one: a contract without owner or state */
  judge: Creation | undefined;
  /** demands for input tiles: no owner, no part in verdicts */
  demands: Creation;
  /** reads for front ends: no owner, no state */
  lens: Creation;
  /** the protocol's duties as upkeeps: no owner, no privilege */
  upkeep: Creation;
  /** draws, where a coordinator is named: no owner, no privilege */
  beacon: Creation | undefined;
  /** verification strategies by number */
  strategies: readonly { number: bigint; name: ContractName; creation: Creation }[];
}

/** Computes all addresses and initialisers. Needs no chain. */
export function layoutOf(deployer: Address, config: DeployConfig): Layout {
  const seed = creationOf("ProxySeed", [deployer], "seed");
  const proxies = record((name) => proxyOver(seed, name));
  const asy = proxies.AssayToken.address;
  const known = { deployer, asy };
  const authority = proxies.ProtocolAuthority.address;
  const allocations = config.token.allocations.map(({ to, amount }) => ({ to: resolveAddress(to, known), amount }));
  const initial: Record<ManagedName, readonly unknown[]> = {
    ProtocolAuthority: [deployer],
    AssayToken: [authority, config.token.name, config.token.symbol, config.token.cap, allocations],
    StakingManager: [authority, BigInt(config.staking.thawPeriod), resolveAddress(config.staking.auditFund, known)],
    DelegationPools: [authority],
    ReputationRegistry: [authority, config.reputation.stakeCap, config.reputation.tiers],
    SlashingManager: [authority, BigInt(config.slashing.delay)],
    VerificationHub: [authority],
    ProviderRegistry: [authority],
    PriceFeeds: [authority],
    JobMarketplace: [
      authority,
      resolveAddress(config.market.treasury, known),
      config.market.minWindow,
      config.market.tipBps,
      config.market.burnBps,
    ],
  };
  const judge = config.referee && creationOf("OneStepJudge", [], "judge");
  const strategies = [
    { number: 0n, name: "OptimisticWindow", creation: creationOf("OptimisticWindow", [], "strategy:0") } as const,
    ...(judge && config.referee ? [refereeOf(proxies, judge.address, config.referee)] : []),
  ];
  return {
    deployer,
    seed,
    proxies,
    implementations: record((name) =>
      implementationOver(
        name,
        PEERS[name].map((peer) => proxies[peer].address),
      ),
    ),
    initializers: record((name) => encodeCall(name, "initialize", initial[name])),
    extension: extensionOver(PEERS.JobMarketplace.map((peer) => proxies[peer].address)),
    judge,
    demands: creationOf("DataDemands", [asy], "demands"),
    lens: lensOver(proxies),
    upkeep: upkeepOf({ seed, proxies }, strategies[1]?.creation.address),
    beacon: config.randomness && beaconOf(config.randomness),
    strategies,
  };
}

/** The implementation of this build with these peers. Another build gets another address. */
export function implementationOver(name: ContractName, peers: readonly Address[]): Creation {
  return creationOf(name, constructorArgs(name, peers), `implementation:${name}`);
}

/** What an implementation's constructor takes: its peers, and with the marketplace the part that has its own code. */
export function constructorArgs(name: ContractName, peers: readonly Address[]): readonly unknown[] {
  return name === "JobMarketplace" ? [peers, extensionOver(peers).address] : peers;
}

/** The part of JobMarketplace that has its own code: built for the same peers. */
export function extensionOver(peers: readonly Address[]): Creation {
  return creationOf("MarketExtension", [peers], "extension");
}

/** A proxy that stands on the seed until its implementation is installed. */
export function proxyOver(seed: Creation, name: ContractName): Creation {
  // The constructor insists on a call; reading the seed's own immutable is the one that changes nothing.
  return creationOf("ERC1967Proxy", [seed.address, toFunctionSelector("deployer()")], `proxy:${name}`);
}

/** Strategy 1: the dispute game. Its clocks and its judge are part of its address. */
function refereeOf(
  proxies: Layout["proxies"],
  judge: Address,
  { minWindow, minBudget, minBond }: NonNullable<DeployConfig["referee"]>,
): Layout["strategies"][number] {
  const peers = {
    market: proxies.JobMarketplace.address,
    staking: proxies.StakingManager.address,
    hub: proxies.VerificationHub.address,
    asy: proxies.AssayToken.address,
    judge,
  };
  const limits = { strategy: 1n, minWindow: BigInt(minWindow), minBudget: BigInt(minBudget), minBond };
  return {
    number: 1n,
    name: "RefereedDispute",
    creation: creationOf("RefereedDispute", [peers, limits], "strategy:1"),
  };
}

/** The coordinator of upkeeps. The governor's address is known before the hand-over puts it there. */
function upkeepOf({ seed, proxies }: Pick<Layout, "seed" | "proxies">, referee: Address | undefined): Creation {
  const governor = proxyOver(seed, "AssayGovernor").address;
  const { JobMarketplace, SlashingManager } = proxies;
  const peers = [JobMarketplace.address, referee ?? zeroAddress, SlashingManager.address, governor];
  return creationOf("UpkeepCoordinator", peers, "upkeep");
}

/** Calldata of a function of one of our contracts. */
export function encodeCall(name: ContractName, functionName: string, args: readonly unknown[]): Hex {
  return encodeFunctionData({ abi: readArtifact(name).abi, functionName, args: args as unknown[] });
}

function record<Value>(make: (name: ManagedName) => Value): Record<ManagedName, Value> {
  return Object.fromEntries(MANAGED.map((name) => [name, make(name)])) as Record<ManagedName, Value>;
}
