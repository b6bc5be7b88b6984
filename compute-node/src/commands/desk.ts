import { join } from "node:path";
import {
  commandDaemon,
  createLogger,
  createTxSender,
  DaemonError,
  openAccount,
  openJournal,
  type SettingsArgs,
  type TxSender,
} from "@assay/daemon-kit";
import { parseGwei } from "viem";
import { loadNodeConfig, type NodeConfig, SECRET_VARIABLES } from "../config.ts";
import { openChain } from "../context.ts";
import { attend, type Desk } from "../control.ts";
import { nodeError } from "../errors.ts";
import { openHistory } from "../history.ts";

/** The error for a node that is not there. */
export function notRunning(found: string, cause?: unknown): Error {
  return nodeError("CN-050", {
    kind: "Retryable",
    found,
    wanted: "a node that runs on this data folder",
    hint: "start it with `assay-node start`, or give --url or the --config it was started with",
    cause,
  });
}

/**
 * Has the running node carry out a command; where none runs, opens its data folder and does it here. Only commands that
 * send something need key and chain.
 * @throws what `attend` throws; DK-030 when a node holds the folder and does not answer
 */
export async function atDesk(
  args: SettingsArgs,
  request: { command: string; args?: Record<string, unknown> },
): Promise<unknown> {
  const { config } = loadNodeConfig(args);
  try {
    return await commandDaemon({ dataDir: config.dataDir, ...request, notRunning });
  } catch (error) {
    if (!(error instanceof DaemonError) || error.code !== "CN-050") throw error;
  }
  const desk = await openDesk(config, args.env, request.command.startsWith("tx.") && request.command !== "tx.list");
  try {
    return await attend(desk, { command: request.command, args: request.args ?? {} });
  } finally {
    desk.journal.close();
    desk.history.close();
  }
}

/** Tells a running node something. @throws CN-050 when none runs */
export function tellNode(config: NodeConfig, command: string, args: Record<string, unknown> = {}): Promise<unknown> {
  return commandDaemon({ dataDir: config.dataDir, command, args, notRunning });
}

async function openDesk(config: NodeConfig, env: NodeJS.ProcessEnv, sends: boolean): Promise<Desk> {
  const journal = openJournal(join(config.dataDir, "journal.sqlite"));
  const history = openHistory(join(config.dataDir, "history.sqlite"));
  const sender = sends ? await openSender(config, env, journal) : (undefined as unknown as TxSender);
  return { journal, history, sender };
}

async function openSender(config: NodeConfig, env: NodeJS.ProcessEnv, journal: Desk["journal"]): Promise<TxSender> {
  const { rpc, account } = await openChain(config, await openAccount(config, env, SECRET_VARIABLES));
  return createTxSender({
    journal,
    publicClient: rpc,
    account,
    log: createLogger({ name: "assay-node", level: "warn" }),
    confirmations: Math.max(1, config.confirmations),
    bump: { maxFeePerGas: parseGwei(String(config.maxFeeGwei)) },
    pollMs: Math.min(config.pollMs, 1000),
  });
}
