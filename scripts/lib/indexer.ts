import { fileURLToPath } from "node:url";
import { jsonLine, type LocalProcess, startProcess } from "./processes.ts";

const SCRIPT = fileURLToPath(new URL("../../indexer/bin/assay-indexer.mjs", import.meta.url));
/** The first start builds the subgraph, makes a database and indexes the first blocks. */
const START_MS = 480_000;

export interface IndexerOptions {
  rpcUrl: string;
  deploymentPath: string;
  dataDir: string;
  /** Where finished builds of the subgraph are kept; in `dataDir` when left out. */
  builds?: string;
  port?: number;
  /** Told of each step of the start; the last is `indexing`. */
  onStep?: (step: string) => void;
  /** Further settings, by the names of the environment. */
  env?: Readonly<Record<string, string>>;
}

export interface LocalIndexer {
  /** Where queries go. */
  url: string;
  process: LocalProcess;
}

/** Builds of local deployments, whose addresses recur. */
export const SHARED_BUILDS = fileURLToPath(new URL("../../.devnet/subgraph", import.meta.url));

/** Starts graph-node with its database, and waits until it answers queries; it may still be behind the chain. */
export async function startLocalIndexer(options: IndexerOptions): Promise<LocalIndexer> {
  const { rpcUrl, deploymentPath, dataDir, builds, port = 0, onStep, env = {} } = options;
  const where = [
    ...(builds ? ["--builds", builds] : []),
    "--data-dir",
    dataDir,
    "--rpc-url",
    rpcUrl,
    "--deployment",
    deploymentPath,
  ];
  const indexer = startProcess({
    name: "indexer",
    script: SCRIPT,
    args: ["up", "--json", "--port", String(port), ...where],
    env: { ...programs(), ...env },
    onLine: (line) => {
      const step = jsonLine(line)?.step;
      if (typeof step === "string") onStep?.(step);
    },
  });
  const url = await indexer.waitForLine((line) => jsonLine(line)?.url as string | undefined, START_MS);
  return { url, process: indexer };
}

/** Where the user has programs of their own. */
function programs(): Record<string, string | undefined> {
  const { GND_BIN, POSTGRES_BIN, ASSAY_INDEXER_OPEN_PORTS } = process.env;
  return { GND_BIN, POSTGRES_BIN, ASSAY_INDEXER_OPEN_PORTS };
}
