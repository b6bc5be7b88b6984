import type { TransactionReceipt } from "viem";
import type { DeployConfig } from "./config.ts";
import { DeployError } from "./error.ts";
import { layoutOf } from "./layout.ts";
import { stepsOf } from "./plan.ts";
import { deploymentPath, describe, readDeployment, requireSameProtocol, writeDeployment } from "./record.ts";
import type { Deployment, DeployPublicClient, DeployWalletClient, Sent, Step } from "./types.ts";

export interface DeployOptions {
  publicClient: DeployPublicClient;
  walletClient: DeployWalletClient;
  config: DeployConfig;
  /** where to write the deployments file; `deployments/<chainId>.json` by default, `null` for nowhere */
  path?: string | null;
  /** called before each step; `index` counts from 0 */
  onStep?: (step: Step, index: number, total: number, needed: boolean) => void;
}

export interface DeployResult {
  deployment: Deployment;
  /** what this run had to send; empty when everything stood already */
  sent: Sent[];
}

/**
 * Deploys the protocol, or whatever of it is still missing. The chain is asked before each step, so a run that was
 * killed is continued by the next one, and a run on a finished deployment sends nothing.
 * @throws DeployError with a code, what was found and what to do
 */
export async function deploy(options: DeployOptions): Promise<DeployResult> {
  const { publicClient, walletClient, config } = options;
  const chainId = await publicClient.getChainId();
  if (chainId !== config.chainId) {
    throw new DeployError(
      "DEPLOY-012",
      `the node is on chain ${chainId}, the configuration "${config.name}" is for ${config.chainId}`,
      "Choose the configuration or the node of the other chain",
    );
  }
  const layout = layoutOf(walletClient.account.address, config);
  const path = options.path === undefined ? deploymentPath(chainId) : options.path;
  const known = path ? readDeployment(path) : undefined;
  if (path) await requireSameProtocol(publicClient, layout, path, known);
  const sent = await runSteps(options, stepsOf(publicClient, layout, config));
  const deployment = await describe(publicClient, layout, config, known);
  if (path) writeDeployment(path, deployment);
  return { deployment, sent };
}

/** Sends what is still needed of these steps, in order. @throws DeployError DEPLOY-030, DEPLOY-031 */
export async function runSteps(
  options: Pick<DeployOptions, "publicClient" | "walletClient" | "onStep">,
  steps: readonly Step[],
): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (const [index, step] of steps.entries()) {
    const needed = !(await step.isDone());
    options.onStep?.(step, index, steps.length, needed);
    const transaction = needed ? await take(options, step) : undefined;
    if (transaction) sent.push(transaction);
  }
  return sent;
}

/** The steps of a deployment that the chain still lacks, without sending anything. */
export async function missingSteps(
  options: Pick<DeployOptions, "publicClient" | "config"> & { deployer: `0x${string}` },
) {
  const layout = layoutOf(options.deployer, options.config);
  const steps = stepsOf(options.publicClient, layout, options.config);
  const missing: string[] = [];
  for (const step of steps) {
    if (!(await step.isDone())) missing.push(step.name);
  }
  return missing;
}

/** Sends one step. Nothing is returned where somebody else did it first: the effect is what counts. */
async function take(
  { publicClient, walletClient }: Pick<DeployOptions, "publicClient" | "walletClient">,
  step: Step,
): Promise<Sent | undefined> {
  let receipt: TransactionReceipt;
  try {
    const hash =
      "raw" in step.transaction
        ? await publicClient.sendRawTransaction({ serializedTransaction: step.transaction.raw })
        : await walletClient.sendTransaction({ chain: walletClient.chain ?? null, ...step.transaction });
    receipt = await publicClient.waitForTransactionReceipt({ hash });
  } catch (cause) {
    if (await step.isDone().catch(() => false)) return undefined;
    const why = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new DeployError(
      "DEPLOY-030",
      `"${step.name}" could not be sent: ${why}`,
      "Mend that and run again: it goes on from here",
      { cause },
    );
  }
  if (!(await step.isDone())) {
    throw new DeployError(
      "DEPLOY-031",
      `"${step.name}" had no effect (transaction ${receipt.transactionHash}, ${receipt.status})`,
      "Look at the transaction's trace, then run again",
    );
  }
  const { transactionHash: hash, gasUsed, blockNumber } = receipt;
  return { step: step.name, hash, gasUsed, blockNumber };
}
