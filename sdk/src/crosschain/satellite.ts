import {
  type AxelarEnd,
  type DeployedContract,
  type Deployment,
  parseAxelar,
  parseContracts,
  parseDeployment,
  requireCount,
  requireRecord,
  requireString,
} from "../deployment.ts";

/** Contracts that every satellite has. */
export const satelliteContracts = [
  "AxelarGatewayAdapter",
  "SatelliteBridge",
  "SatelliteToken",
  "RemoteJobPortal",
] as const;

export type SatelliteContract = (typeof satelliteContracts)[number];

/** The content of the deployment file of a chain from which the protocol is reached. */
export interface SatelliteDeployment {
  chainId: number;
  name?: string;
  /** The chain on which the protocol is. */
  homeChain: number;
  /** First block that can hold an event of these contracts. */
  startBlock: number;
  axelar: AxelarEnd;
  contracts: Record<SatelliteContract, DeployedContract> & Record<string, DeployedContract>;
}

/**
 * Checks a parsed `deployments/<chainId>.json` of a satellite.
 * @throws AssayError SDK-003 naming the first field that is wrong
 */
export function parseSatellite(json: unknown): SatelliteDeployment {
  const file = requireRecord("deployment", json);
  return {
    chainId: requireCount("chainId", file.chainId, 1),
    ...(file.name === undefined ? {} : { name: requireString("name", file.name) }),
    homeChain: requireCount("homeChain", file.homeChain, 1),
    startBlock: requireCount("startBlock", file.startBlock, 0),
    axelar: parseAxelar(file.axelar),
    contracts: parseContracts(file.contracts, satelliteContracts) as SatelliteDeployment["contracts"],
  };
}

/** What a deployment file may hold: the protocol itself, or a satellite's end of it. */
export type AnyDeployment = Deployment | SatelliteDeployment;

/**
 * Checks a parsed `deployments/<chainId>.json` of either kind: a satellite's names its home chain.
 * @throws AssayError SDK-003 naming the first field that is wrong
 */
export function parseAnyDeployment(json: unknown): AnyDeployment {
  return requireRecord("deployment", json).homeChain === undefined ? parseDeployment(json) : parseSatellite(json);
}
