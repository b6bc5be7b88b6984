import { type Abi, encodeFunctionData, type Hex, isAddressEqual } from "viem";
import { type ProposalContent, proposalId } from "../../sdk/src/index.ts";
import { readArtifact } from "../deploy/artifacts.ts";
import { type Creation, FACTORY } from "../deploy/create2.ts";
import { runSteps } from "../deploy/deploy.ts";
import { DeployError } from "../deploy/error.ts";
import { GOVERNANCE_PEERS, type GovernanceName } from "../deploy/governance.ts";
import { extensionOver, implementationOver, type ManagedName, PEERS } from "../deploy/layout.ts";
import { hasCode, implementationOf } from "../deploy/plan.ts";
import type { Deployment, DeployPublicClient, DeployWalletClient, Sent, Step } from "../deploy/types.ts";
import { UPGRADEABLE, type UpgradeableName } from "../lib/upgradeable.ts";
import { type Candidate, readValidations, thisBuild, unsafe } from "./safety.ts";

export interface UpgradeOptions {
  publicClient: DeployPublicClient;
  walletClient: DeployWalletClient;
  deployment: Deployment;
  name: UpgradeableName;
  /** What the new code does first, in the same transaction: calldata of its reinitialiser. */
  data?: Hex;
}

export interface PreparedUpgrade {
  implementation: Creation;
  content: ProposalContent;
  id: bigint;
  sent: Sent[];
}

/** A contract's name as the command line gives it. @throws DeployError DEPLOY-052 */
export function upgradeableName(name: string): UpgradeableName {
  if (name in UPGRADEABLE) return name as UpgradeableName;
  throw new DeployError("DEPLOY-052", `${name} is behind no proxy`, `One of: ${Object.keys(UPGRADEABLE).join(", ")}`);
}

/** What puts new code behind a proxy: one call, which governance must decide. */
export function upgradeContent(
  deployment: Deployment,
  { name, implementation, data = "0x" }: { name: UpgradeableName; implementation: Hex; data?: Hex | undefined },
): ProposalContent {
  const abi: Abi = readArtifact(name).abi;
  const call = encodeFunctionData({ abi, functionName: "upgradeToAndCall", args: [implementation, data] });
  return {
    calls: [{ target: deployed(deployment, name).address, value: 0n, data: call }],
    description: `Upgrade ${name}\n\nNew code: ${implementation}`,
  };
}

/**
 * Checks this build's code of a contract, puts it on the chain, and says what to propose. The code does nothing until a proposal
 * installs it. Sends nothing where the code stands already.
 * @throws DeployError DEPLOY-050 (not safe), DEPLOY-051 (in force already), DEPLOY-052 (not deployed)
 */
export async function prepareUpgrade(options: UpgradeOptions): Promise<PreparedUpgrade> {
  const { publicClient, deployment, name, data } = options;
  const proxy = deployed(deployment, name).address;
  const peers = name in PEERS ? PEERS[name as ManagedName] : GOVERNANCE_PEERS[name as GovernanceName];
  const addresses = peers.map((peer) => deployed(deployment, peer).address);
  const implementation = implementationOver(name, addresses);
  if (isAddressEqual(await implementationOf(publicClient, proxy), implementation.address)) {
    throw new DeployError(
      "DEPLOY-051",
      `${name} at ${proxy} runs this build's code already`,
      "Check out and build the version that shall replace it",
    );
  }
  requireSafe(thisBuild([name]));
  const create = (what: string, { address, data: code }: Creation): Step => ({
    name: `create ${what}`,
    isDone: () => hasCode(publicClient, address),
    transaction: { to: FACTORY, data: code },
  });
  const sent = await runSteps(options, [
    ...(name === "JobMarketplace" ? [create("MarketExtension", extensionOver(addresses))] : []),
    create(`${name} implementation`, implementation),
  ]);
  const content = upgradeContent(deployment, { name, implementation: implementation.address, data });
  return { implementation, content, id: proposalId(content), sent };
}

/** @throws DeployError DEPLOY-050 naming every reason */
export function requireSafe(candidates: readonly Candidate[]): void {
  const reasons = Object.entries(unsafe(readValidations(), candidates)).flatMap(([source, against]) =>
    against.map((reason) => `${source}: ${reason}`),
  );
  if (reasons.length === 0) return;
  throw new DeployError(
    "DEPLOY-050",
    `code that must not be installed: ${reasons.join("; ")}`,
    "Correct the contract: append storage, keep what is there, no selfdestruct or foreign delegatecall",
  );
}

function deployed({ contracts, chainId }: Deployment, name: string) {
  const contract = contracts[name];
  if (contract) return contract;
  throw new DeployError(
    "DEPLOY-052",
    `the deployment on chain ${chainId} has no ${name}`,
    "Name the deployment file of a protocol that was handed over",
  );
}
