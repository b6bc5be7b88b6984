import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Address, isAddressEqual } from "viem";
import { type ContractName, REPOSITORY, readArtifact } from "./artifacts.ts";
import { configToJson, type DeployConfig } from "./config.ts";
import { DeployError } from "./error.ts";
import type { Layout, ManagedName } from "./layout.ts";
import type { DeployedContract, Deployment, DeployPublicClient } from "./types.ts";

/** Where the result of a deployment on a chain is kept. */
export function deploymentPath(chainId: number): string {
  return join(REPOSITORY, "deployments", `${chainId}.json`);
}

/** The recorded deployment, or undefined where the file is missing or is not one. */
export function readDeployment(path: string): Deployment | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Deployment;
  } catch {
    return undefined;
  }
}

/**
 * Refuses to replace the record of a protocol that lives on this chain at other addresses (another deployer, another
 * proxy). The record of a chain that was started afresh is no obstacle: nothing stands at its addresses.
 * @throws DeployError DEPLOY-023
 */
export async function requireSameProtocol(
  client: DeployPublicClient,
  layout: Layout,
  path: string,
  known: Deployment | undefined,
): Promise<void> {
  for (const [name, { address }] of Object.entries(layout.proxies)) {
    const recorded = known?.contracts?.[name]?.address;
    if (!recorded || isAddressEqual(recorded, address)) continue;
    if ((await client.getCode({ address: recorded })) === undefined) continue;
    throw new DeployError(
      "DEPLOY-023",
      `${path} records a living ${name} at ${recorded}, this deployment's is ${address}`,
      "Use the deployer's key and the version of that deployment, or write to another file with --out",
    );
  }
}

/** Writes the file in one step: a reader never sees half of it. */
export function writeDeployment(path: string, deployment: object): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, `${JSON.stringify(deployment, null, 2)}\n`);
  renameSync(draft, path);
}

/**
 * Describes a finished deployment. A start block that is known already is kept; otherwise the chain is asked.
 * @param known the file of an earlier run, if there is one
 */
export async function describe(
  client: DeployPublicClient,
  layout: Layout,
  config: DeployConfig,
  known: Deployment | undefined,
): Promise<Deployment> {
  const head = await client.getBlockNumber();
  const contracts: Record<string, DeployedContract> = {};
  for (const name of Object.keys(layout.proxies) as ManagedName[]) {
    const address = layout.proxies[name].address;
    const implementation = layout.implementations[name].address;
    contracts[name] = await describeContract(client, { name, address, implementation, head, known });
  }
  const judge = layout.judge ? [{ name: "OneStepJudge" as const, creation: layout.judge }] : [];
  const demands = { name: "DataDemands" as const, creation: layout.demands };
  const upkeep = { name: "UpkeepCoordinator" as const, creation: layout.upkeep };
  const lens = { name: "ProtocolLens" as const, creation: layout.lens };
  const beacon = layout.beacon ? [{ name: "RandomnessBeacon" as const, creation: layout.beacon }] : [];
  for (const { name, creation } of [...judge, demands, lens, upkeep, ...beacon, ...layout.strategies]) {
    contracts[name] = await describePlain(client, { name, address: creation.address, head, known });
  }
  // what a later step added (the hand-over) stays in the file
  for (const [name, entry] of Object.entries(known?.contracts ?? {})) {
    if (!contracts[name] && (await client.getCode({ address: entry.address }))) contracts[name] = entry;
  }
  const startBlock = Math.min(...Object.values(contracts).map((contract) => contract.startBlock));
  const axelar = known?.axelar ? { axelar: known.axelar } : {};
  return { chainId: config.chainId, name: config.name, startBlock, ...axelar, contracts, config: configToJson(config) };
}

/** What the deployments file says of one proxy. */
export async function describeContract(
  client: DeployPublicClient,
  {
    name,
    address,
    implementation,
    head,
    known,
  }: { name: ContractName; address: Address; implementation: Address; head: bigint; known: Deployment | undefined },
): Promise<DeployedContract> {
  const { abi } = readArtifact(name);
  const version = (await client.readContract({ address, abi, functionName: "version" })) as string;
  return { address, implementation, version, startBlock: await startBlockOf(client, name, address, head, known) };
}

/** What the deployments file says of a contract without a proxy. */
export async function describePlain(
  client: DeployPublicClient,
  { name, address, head, known }: { name: string; address: Address; head: bigint; known: Deployment | undefined },
): Promise<DeployedContract> {
  const startBlock = await startBlockOf(client, name, address, head, known);
  return { address, implementation: address, version: "1.0.0", startBlock };
}

async function startBlockOf(
  client: DeployPublicClient,
  name: string,
  address: Address,
  head: bigint,
  known: Deployment | undefined,
): Promise<number> {
  const recorded = known?.contracts?.[name];
  if (recorded?.address === address && (await existedAt(client, address, BigInt(recorded.startBlock)))) {
    return recorded.startBlock;
  }
  let low = 0n;
  let high = head;
  while (low < high) {
    const middle = (low + high) / 2n;
    if (await existedAt(client, address, middle)) high = middle;
    else low = middle + 1n;
  }
  return Number(low);
}

/** A node that no longer knows an old state answers as if the contract had been there: too early a start is safe. */
async function existedAt(client: DeployPublicClient, address: Address, blockNumber: bigint): Promise<boolean> {
  try {
    return (await client.getCode({ address, blockNumber })) !== undefined;
  } catch {
    return true;
  }
}
