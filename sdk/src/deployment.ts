import { type Address, getAddress, isAddress } from "viem";
import { AssayError } from "./errors.ts";

/** Contracts that every deployment has. */
export const contractNames = [
  "ProtocolAuthority",
  "AssayToken",
  "StakingManager",
  "DelegationPools",
  "SlashingManager",
  "ReputationRegistry",
  "ProviderRegistry",
  "PriceFeeds",
  "JobMarketplace",
  "VerificationHub",
  "OptimisticWindow",
] as const;

export type ContractName = (typeof contractNames)[number];

/** Contracts that a deployment may be without. */
export type OptionalContract =
  | "RefereedDispute"
  | "OneStepJudge"
  | "DataDemands"
  | "ProtocolLens"
  | "UpkeepCoordinator"
  | "RandomnessBeacon"
  | "ProtocolTimelock"
  | "AssayGovernor"
  | "Treasury"
  | "ParameterCouncil"
  | "QuadraticGrants"
  | "AxelarGatewayAdapter"
  | "HomeBridge"
  | "JobHub";

export interface DeployedContract {
  /** Where callers talk to it: the proxy, where there is one. */
  address: Address;
  /** The code behind the proxy. */
  implementation?: Address;
  /** Semantic version of the implementation. */
  version: string;
  /** First block that can hold one of its events. */
  startBlock?: number;
}

/** Axelar's contracts on a chain. */
export interface AxelarEnd {
  /** What Axelar calls the chain. */
  name: string;
  gateway: Address;
  gasService: Address;
}

/** The content of `deployments/<chainId>.json`. */
export interface Deployment {
  chainId: number;
  name?: string;
  /** First block that can hold an event of the protocol. */
  startBlock: number;
  contracts: Record<ContractName, DeployedContract> & Record<string, DeployedContract>;
  /** Where the protocol is reached from other chains; absent where it is not. */
  axelar?: AxelarEnd;
  /** What was configured at the deployment; this package does not read it. */
  config?: Readonly<Record<string, unknown>>;
}

/**
 * Checks a parsed `deployments/<chainId>.json`. Addresses come back checksummed, unknown keys are dropped.
 * @throws AssayError SDK-003 naming the first field that is wrong
 */
export function parseDeployment(json: unknown): Deployment {
  const file = requireRecord("deployment", json);
  const contracts = parseContracts(file.contracts, contractNames);
  return {
    chainId: requireCount("chainId", file.chainId, 1),
    ...(file.name === undefined ? {} : { name: requireString("name", file.name) }),
    startBlock: requireCount("startBlock", file.startBlock, 0),
    contracts: contracts as Deployment["contracts"],
    ...(file.axelar === undefined ? {} : { axelar: parseAxelar(file.axelar) }),
    ...(file.config === undefined ? {} : { config: requireRecord("config", file.config) }),
  };
}

/**
 * A contract that a deployment may be without.
 * @throws AssayError SDK-007
 */
export function requireContract(deployment: Deployment, name: ContractName | OptionalContract): DeployedContract {
  const contract = deployment.contracts[name];
  if (contract) return contract;
  throw new AssayError("SDK-007", {
    message: `the deployment on chain ${deployment.chainId} has no ${name}`,
    found: Object.keys(deployment.contracts).join(", "),
    wanted: name,
    hint: `Use the deployment file of a protocol that has a ${name}`,
  });
}

/**
 * The section `contracts` of a deployment file.
 * @param wanted what must be among them
 * @throws AssayError SDK-003
 */
export function parseContracts(json: unknown, wanted: readonly string[]): Record<string, DeployedContract> {
  const contracts: Record<string, DeployedContract> = {};
  for (const [name, entry] of Object.entries(requireRecord("contracts", json))) {
    contracts[name] = parseContract(`contracts.${name}`, entry);
  }
  for (const name of wanted) {
    if (!contracts[name]) throw invalid(`contracts.${name}`, "nothing", "an entry with address and version");
  }
  return contracts;
}

/** The section `axelar` of a deployment file. @throws AssayError SDK-003 */
export function parseAxelar(json: unknown): AxelarEnd {
  const { name, gateway, gasService } = requireRecord("axelar", json);
  return {
    name: requireString("axelar.name", name),
    gateway: requireAddress("axelar.gateway", gateway),
    gasService: requireAddress("axelar.gasService", gasService),
  };
}

function parseContract(path: string, json: unknown): DeployedContract {
  const entry = requireRecord(path, json);
  return {
    address: requireAddress(`${path}.address`, entry.address),
    ...(entry.implementation === undefined || entry.implementation === null
      ? {}
      : { implementation: requireAddress(`${path}.implementation`, entry.implementation) }),
    version: requireString(`${path}.version`, entry.version),
    ...(entry.startBlock === undefined ? {} : { startBlock: requireCount(`${path}.startBlock`, entry.startBlock, 0) }),
  };
}

/** A field that must be an object. @throws AssayError SDK-003 */
export function requireRecord(path: string, value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalid(path, describe(value), "an object");
}

/** A field that must be a text. @throws AssayError SDK-003 */
export function requireString(path: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw invalid(path, describe(value), "a text");
}

/** A field that must be a whole number, `min` or more. @throws AssayError SDK-003 */
export function requireCount(path: string, value: unknown, min: number): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= min) return value;
  throw invalid(path, describe(value), `a whole number, ${min} or more`);
}

function requireAddress(path: string, value: unknown): Address {
  if (typeof value === "string" && isAddress(value, { strict: false })) return getAddress(value);
  throw invalid(path, describe(value), "an address");
}

function describe(value: unknown): string {
  return value === undefined ? "nothing" : (JSON.stringify(value)?.slice(0, 80) ?? typeof value);
}

function invalid(path: string, found: string, wanted: string): AssayError {
  return new AssayError("SDK-003", {
    message: `deployment file: ${path} is not valid`,
    found,
    wanted,
    hint: "Use the deployments/<chainId>.json that the deploy script wrote",
  });
}
