import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { jsonLine, type LocalProcess, startProcess } from "../../scripts/lib/processes.ts";
import type { Market } from "./harness.ts";

/** A keeper of the market, as a real process, and what it logged. */
export interface TestKeeper {
  process: LocalProcess;
  /** Every log line so far. */
  readonly lines: readonly Record<string, unknown>[];
  /** Its HTTP page; known once it has started. */
  url(): Promise<string>;
  /** The first line with this message, for which `test` holds. */
  logged(message: string, test?: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
}

export interface KeeperArgs {
  /** Test account whose key it signs with. */
  account: number;
  rpcUrl?: string;
  /** Name of the data folder; the same name again continues where that keeper stopped. */
  dataDir?: string;
  /** Settings, by the names of the environment without their prefix. */
  settings: Record<string, string>;
}

const started = new Set<LocalProcess>();

/** Stops every keeper that a failed test has left behind. */
export async function stopKeepers(): Promise<void> {
  await Promise.all([...started].map((process) => process.stop()));
}

const BIN = fileURLToPath(new URL("../../keepers/bin/assay-keeper.mjs", import.meta.url));
/** Patience: only a failing test, or a machine under heavy load, uses it up. */
const STEP_MS = 900_000;

export function startKeeper(
  market: Pick<Market, "chain" | "dir" | "deploymentPath" | "storage">,
  args: KeeperArgs,
): TestKeeper {
  const { account, rpcUrl = market.chain.url, dataDir = `keeper-${account}`, settings } = args;
  const lines: Record<string, unknown>[] = [];
  const env: Record<string, string> = {
    RPC_URLS: rpcUrl,
    CHAIN_ID: "31337",
    DEPLOYMENT: market.deploymentPath,
    DATA_DIR: join(market.dir, dataDir),
    PRIVATE_KEY: market.chain.key(account),
    HTTP_PORT: "0",
    POLL_MS: "200",
    LOG_LEVEL: "debug",
    CHALLENGER__GATEWAYS: market.storage.url,
    ...settings,
  };
  const process = startProcess({
    name: `keeper ${account}`,
    script: BIN,
    args: ["start"],
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [`ASSAY_KEEPER_${name}`, value])),
    onLine: (line) => {
      const json = jsonLine(line);
      if (json) lines.push(json);
    },
  });
  started.add(process);
  const logged: TestKeeper["logged"] = (message, test = () => true) =>
    process.waitForLine((line) => {
      const json = jsonLine(line);
      return json?.msg === message && test(json) ? json : undefined;
    }, STEP_MS);
  return { process, lines, logged, url: async () => String((await logged("keeper started")).http) };
}
