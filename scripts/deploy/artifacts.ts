import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Abi, Hex } from "viem";
import { DeployError } from "./error.ts";

export const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

const SOURCES = {
  ERC1967Proxy: "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol",
  ProxySeed: "contracts/access/ProxySeed.sol",
  ProtocolAuthority: "contracts/access/ProtocolAuthority.sol",
  AssayToken: "contracts/token/AssayToken.sol",
  StakingManager: "contracts/staking/StakingManager.sol",
  DelegationPools: "contracts/staking/DelegationPools.sol",
  ReputationRegistry: "contracts/reputation/ReputationRegistry.sol",
  SlashingManager: "contracts/slashing/SlashingManager.sol",
  ProviderRegistry: "contracts/registry/ProviderRegistry.sol",
  MarketExtension: "contracts/market/MarketExtension.sol",
  PriceFeeds: "contracts/market/PriceFeeds.sol",
  JobMarketplace: "contracts/market/JobMarketplace.sol",
  VerificationHub: "contracts/verification/VerificationHub.sol",
  OptimisticWindow: "contracts/verification/OptimisticWindow.sol",
  OneStepJudge: "contracts/verification/judge/OneStepJudge.sol",
  RefereedDispute: "contracts/verification/RefereedDispute.sol",
  DataDemands: "contracts/verification/DataDemands.sol",
  RandomnessBeacon: "contracts/verification/RandomnessBeacon.sol",
  UpkeepCoordinator: "contracts/automation/UpkeepCoordinator.sol",
  ProtocolLens: "contracts/lens/ProtocolLens.sol",
  ProtocolTimelock: "contracts/governance/ProtocolTimelock.sol",
  AssayGovernor: "contracts/governance/AssayGovernor.sol",
  Treasury: "contracts/governance/Treasury.sol",
  ParameterCouncil: "contracts/governance/ParameterCouncil.sol",
  QuadraticGrants: "contracts/governance/QuadraticGrants.sol",
  AxelarGatewayAdapter: "contracts/crosschain/AxelarGatewayAdapter.sol",
  HomeBridge: "contracts/crosschain/HomeBridge.sol",
  SatelliteBridge: "contracts/crosschain/SatelliteBridge.sol",
  SatelliteToken: "contracts/crosschain/SatelliteToken.sol",
  JobHub: "contracts/crosschain/JobHub.sol",
  RemoteJobAccount: "contracts/crosschain/RemoteJobAccount.sol",
  SatelliteExecutor: "contracts/crosschain/SatelliteExecutor.sol",
  RemoteJobPortal: "contracts/crosschain/RemoteJobPortal.sol",
} as const;

export type ContractName = keyof typeof SOURCES;

export interface Artifact {
  abi: Abi;
  bytecode: Hex;
}

/** What JobMarketplace passes on to its extension is called on the marketplace: one ABI for both. */
function withExtension(own: Abi): Abi {
  const known = new Set(own.map((item) => JSON.stringify(item)));
  const more = readArtifact("MarketExtension").abi.filter(
    (item) => item.type !== "constructor" && !known.has(JSON.stringify(item)),
  );
  return [...own, ...more];
}

const cache = new Map<string, Artifact>();

/**
 * Where the build is that this process uses: the production profile's if ASSAY_BUILD says so (see hardhat.config.ts),
 * another one's where a tool that changes contracts names its folder in ASSAY_ARTIFACTS.
 */
export function artifactsFolder(): string {
  if (process.env.ASSAY_ARTIFACTS) return process.env.ASSAY_ARTIFACTS;
  const folder = process.env.ASSAY_BUILD === "production" ? ["dist", "production", "artifacts"] : ["artifacts"];
  return join(REPOSITORY, ...folder);
}

/**
 * The compiled form of one of our contracts.
 * @throws DeployError DEPLOY-001 when it has not been built
 */
export function readArtifact(name: ContractName, folder: string = artifactsFolder()): Artifact {
  const path = join(folder, SOURCES[name], `${name}.json`);
  const known = cache.get(path);
  if (known) return known;
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new DeployError("DEPLOY-001", `no build of ${name} found`, "Run: npm run build", { cause });
  }
  const { abi: own, bytecode } = JSON.parse(text) as Artifact;
  const abi = name === "JobMarketplace" ? withExtension(own) : own;
  cache.set(path, { abi, bytecode });
  return { abi, bytecode };
}
