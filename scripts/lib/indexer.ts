import { fileURLToPath } from "node:url";
import { jsonLine, type LocalProcess, startProcess } from "./processes.ts";

const SCRIPT = fileURLToPath(new URL("../../indexer/bin/assay-indexer.mjs", import.meta.url));
/** The first start builds the subgraph and makes a database. */
const START_MS = 180_000;

export interface IndexerOptions {
  rpcUrl: string;
  deploymentPath: string;
  dataDir: string;
  port?: number;
  /** Further settings, by the names of the environment. */
  env?: Readonly<Record<string, string>>;
}

export interface LocalIndexer {
  /** Where queries go. */
  url: string;
  process: LocalProcess;
}

/** Starts graph-node with its database, and waits until it answers queries; it may still be behind the chain. */
export async function startLocalIndexer(options: IndexerOptions): Promise<LocalIndexer> {
  const { rpcUrl, deploymentPath, dataDir, port = 0, env = {} } = options;
  const where = ["--data-dir", dataDir, "--rpc-url", rpcUrl, "--deployment", deploymentPath];
  const indexer = startProcess({
    name: "indexer",
    script: SCRIPT,
    args: ["up", "--json", "--port", String(port), ...where],
    env,
  });
  const url = await indexer.waitForLine((line) => jsonLine(line)?.url as string | undefined, START_MS);
  return { url, process: indexer };
}
