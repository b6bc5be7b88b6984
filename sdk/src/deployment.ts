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
  | "ProtocolTimelock"
  | "AssayGovernor"
  | "Treasury"
  | "ParameterCouncil"
  | "QuadraticGrants";

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

/** The content of `deployments/<chainId>.json`. */
export interface Deployment {
  chainId: number;
  name?: string;
  /** First block that can hold an event of the protocol. */
  startBlock: number;
  contracts: Record<ContractName, DeployedContract> & Record<string, DeployedContract>;
  /** What was configured at the deployment; this package does not read it. */
  config?: Readonly<Record<string, unknown>>;
}

/**
 * Checks a parsed `deployments/<chainId>.json`. Addresses come back checksummed, unknown keys are dropped.
 * @throws AssayError SDK-003 naming the first field that is wrong
 */
export function parseDeployment(json: unknown): Deployment {
  const file = requireRecord("deployment", json);
  const contracts: Record<string, DeployedContract> = {};
  for (const [name, entry] of Object.entries(requireRecord("contracts", file.contracts))) {
    contracts[name] = parseContract(`contracts.${name}`, entry);
  }
  for (const name of contractNames) {
    if (!contracts[name]) throw invalid(`contracts.${name}`, "nothing", "an entry with address and version");
  }
  return {
    chainId: requireCount("chainId", file.chainId, 1),
    ...(file.name === undefined ? {} : { name: requireString("name", file.name) }),
    startBlock: requireCount("startBlock", file.startBlock, 0),
    contracts: contracts as Deployment["contracts"],
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

function requireRecord(path: string, value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalid(path, describe(value), "an object");
}

function requireString(path: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw invalid(path, describe(value), "a text");
}

function requireCount(path: string, value: unknown, min: number): number {
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
