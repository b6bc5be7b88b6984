import type { Address } from "viem";
import { readArtifact } from "./artifacts.ts";
import type { DeployConfig } from "./config.ts";
import { missingSteps, runSteps } from "./deploy.ts";
import { DeployError } from "./error.ts";
import { GOVERNANCE, governanceLayout, governanceSteps, holdsRole, ROLES, requireGovernance } from "./governance.ts";
import { layoutOf } from "./layout.ts";
import { requireNoOpening } from "./openings.ts";
import { hasCode } from "./plan.ts";
import { deploymentPath, describe, describeContract, readDeployment, writeDeployment } from "./record.ts";
import type { Deployment, DeployPublicClient, DeployWalletClient, Sent, Step } from "./types.ts";

export interface HandoverOptions {
  publicClient: DeployPublicClient;
  walletClient: DeployWalletClient;
  config: DeployConfig;
  /** the deployments file; `null` for nowhere */
  path?: string | null;
  onStep?: (step: Step, index: number, total: number, needed: boolean) => void;
}

/**
 * Gives the protocol to its governance: deploys timelock, governor, treasury and council, then makes the timelock the
 * authority's only administrator. Continues where an earlier run stopped; sends nothing when all is done.
 * @throws DeployError DEPLOY-041 to 046, before anything is sent; DEPLOY-046 at the end, too
 */
export async function handover(options: HandoverOptions): Promise<{ deployment: Deployment; sent: Sent[] }> {
  const { publicClient, config } = options;
  const deployer = options.walletClient.account.address;
  const path = options.path === undefined ? deploymentPath(config.chainId) : options.path;
  await checkHandover({ publicClient, config, deployer, path });
  const base = layoutOf(deployer, config);
  const layout = governanceLayout(base, config);
  const sent = await runSteps(options, governanceSteps(publicClient, layout, config));
  const known = path ? readDeployment(path) : undefined;
  const deployment = await describe(publicClient, base, config, known);
  const head = await publicClient.getBlockNumber();
  for (const name of GOVERNANCE) {
    const address = layout.proxies[name].address;
    const implementation = layout.implementations[name].address;
    deployment.contracts[name] = await describeContract(publicClient, { name, address, implementation, head, known });
  }
  await requireNoOpening(publicClient, layout, {
    fromBlock: BigInt(deployment.startBlock),
    advice: "Propose to close it: the timelock is the administrator now",
  });
  if (path) writeDeployment(path, deployment);
  return { deployment, sent };
}

type CheckOptions = Pick<HandoverOptions, "publicClient" | "config" | "path"> & { deployer: Address };

/** The steps that a hand-over still lacks, after the same checks; sends nothing. */
export async function missingHandover(options: CheckOptions): Promise<string[]> {
  await checkHandover(options);
  const layout = governanceLayout(layoutOf(options.deployer, options.config), options.config);
  const missing: string[] = [];
  for (const step of governanceSteps(options.publicClient, layout, options.config)) {
    if (!(await step.isDone())) missing.push(step.name);
  }
  return missing;
}

async function checkHandover({ publicClient, config, deployer, path }: CheckOptions): Promise<void> {
  const settings = requireGovernance(config);
  const lacking = await missingSteps({ publicClient, config, deployer });
  if (lacking.length > 0) {
    throw new DeployError(
      "DEPLOY-041",
      `the protocol is not whole: ${lacking.length} steps are missing, first "${lacking[0]}"`,
      "Run npm run deploy first",
    );
  }
  for (const name of ["guardian", "council", "proposalGuardian"] as const) {
    if (await hasCode(publicClient, settings[name])) continue;
    throw new DeployError(
      "DEPLOY-043",
      `governance.${name} is ${settings[name]}, an account without code`,
      "Name a contract of several signers: no single person may hold a role after the hand-over",
    );
  }
  const base = layoutOf(deployer, config);
  const thaw = (await publicClient.readContract({
    address: base.proxies.StakingManager.address,
    abi: readArtifact("StakingManager").abi,
    functionName: "thawPeriod",
  })) as bigint;
  if (BigInt(settings.timelockDelay) <= thaw) {
    throw new DeployError(
      "DEPLOY-044",
      `governance.timelockDelay is ${settings.timelockDelay} s, stake thaws in ${thaw} s`,
      "Choose a longer delay: everybody must be able to leave before a decision takes effect",
    );
  }
  const authority = base.proxies.ProtocolAuthority.address;
  const { ProtocolTimelock } = governanceLayout(base, config).proxies;
  const stands = await holdsRole(publicClient, authority, ROLES.admin, deployer);
  if (!stands && !(await holdsRole(publicClient, authority, ROLES.admin, ProtocolTimelock.address))) {
    throw new DeployError(
      "DEPLOY-045",
      `neither ${deployer} nor this configuration's timelock administers the authority`,
      "Use the deployer's key and the configuration of the first hand-over",
    );
  }
  await requireNoOpening(publicClient, governanceLayout(base, config), {
    fromBlock: BigInt((path ? readDeployment(path)?.startBlock : undefined) ?? 0),
    leaving: deployer,
    advice: "Close it as administrator before the hand-over",
  });
}
