import type { Deployment as HomeDeployment, SatelliteDeployment } from "@assay/sdk";
import type { DeployConfig } from "./config.ts";
import { type EndLayout, endSteps, homeLayout, type Pair, satelliteLayout } from "./crosschain.ts";
import { type DeployOptions, runSteps } from "./deploy.ts";
import { DeployError } from "./error.ts";
import { layoutOf } from "./layout.ts";
import type { End } from "./pair-config.ts";
import { deploymentPath, describeContract, describePlain, readDeployment, writeDeployment } from "./record.ts";
import type { DeployedContract, DeployPublicClient, Sent } from "./types.ts";

export interface EndOptions extends Omit<DeployOptions, "config"> {
  end: End;
  pair: Pair;
  /** configuration of the protocol on the home chain */
  home: DeployConfig;
}

/** Everything of one end, from the deployer, the pair and the build. */
export function endLayout({ end, pair, home, walletClient }: EndOptions): EndLayout {
  const deployer = walletClient.account.address;
  return end === "home" ? homeLayout(layoutOf(deployer, home), pair) : satelliteLayout(deployer, pair);
}

/** The steps of one end that its chain still lacks, without sending anything. @throws DeployError DEPLOY-012, DEPLOY-015 */
export async function missingOfEnd(options: EndOptions): Promise<string[]> {
  await check(options);
  const missing: string[] = [];
  for (const step of endSteps(options.publicClient, endLayout(options))) {
    if (!(await step.isDone())) missing.push(step.name);
  }
  return missing;
}

/**
 * Deploys one end of a pair, or what is missing of it, and writes it into the deployments file of its chain: at home beside
 * the protocol, on a satellite a file of its own. Both ends need the same deployer; either can come first.
 * @throws DeployError DEPLOY-012, DEPLOY-015, DEPLOY-030, DEPLOY-031
 */
export async function deployEnd(options: EndOptions): Promise<{ record: EndRecord; sent: Sent[] }> {
  await check(options);
  const { end, pair, publicClient } = options;
  const layout = endLayout(options);
  const sent = await runSteps(options, endSteps(publicClient, layout));
  const path = options.path === undefined ? deploymentPath(pair[end].chainId) : options.path;
  const record = await describeEnd(publicClient, { end, pair, layout, path });
  if (path) writeDeployment(path, record);
  return { record, sent };
}

/** What is written: the home deployment with the new contracts, or a satellite's. */
export type EndRecord = HomeDeployment | SatelliteDeployment;

async function check({ end, pair, publicClient }: EndOptions): Promise<void> {
  const { chainId, name, gateway, gasService } = pair[end];
  const found = await publicClient.getChainId();
  if (found !== chainId) {
    throw new DeployError(
      "DEPLOY-012",
      `the node is on chain ${found}, the pair's ${end} is ${chainId}`,
      "Choose the node of the other chain, or the other end",
    );
  }
  for (const [what, address] of Object.entries({ gateway, gasService })) {
    if (await publicClient.getCode({ address })) continue;
    throw new DeployError(
      "DEPLOY-015",
      `no code at ${address}, which the pair names as the ${what} of Axelar on ${name}`,
      "Take the address from Axelar's own list of its contracts",
    );
  }
}

async function describeEnd(
  client: DeployPublicClient,
  { end, pair, layout, path }: { end: End; pair: Pair; layout: EndLayout; path: string | null },
): Promise<EndRecord> {
  const known = path ? readDeployment(path) : undefined;
  const head = await client.getBlockNumber();
  const contracts: Record<string, DeployedContract> = {};
  for (const { name, proxy, implementation } of layout.managed) {
    const at = { name, address: proxy.address, implementation: implementation.address, head, known };
    contracts[name] = await describeContract(client, at);
  }
  for (const { name, creation } of layout.plain) {
    contracts[name] = await describePlain(client, { name, address: creation.address, head, known });
  }
  const { chainId, name, gateway, gasService } = pair[end];
  const axelar = { name, gateway, gasService };
  const all = end === "home" ? { ...known?.contracts, ...contracts } : contracts;
  const startBlock = Math.min(...Object.values(all).map((contract) => contract.startBlock));
  const common = { ...known, chainId, startBlock, axelar, contracts: all };
  return (end === "home" ? common : { ...common, name, homeChain: pair.home.chainId }) as EndRecord;
}
