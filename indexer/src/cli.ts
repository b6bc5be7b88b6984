import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createShutdown, EXIT_RETRY, exitCodeOf, formatError } from "@assay/daemon-kit";
import { type AnyDeployment, parseAnyDeployment } from "@assay/sdk";
import { Command } from "commander";
import { failure } from "./errors.ts";
import { Folder } from "./folder.ts";
import { type IndexerStatus, redeploy, startIndexer } from "./indexer.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const STOP_MS = 60_000;
const STATUS_MS = 10_000;

interface Options {
  dataDir: string;
  rpcUrl: string;
  deployment: string;
  subgraph: string;
  builds?: string;
  port: string;
  json?: boolean;
}

/** Runs the command line. Sets the exit code: 0 done, 1 your input, 75 try again. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...argv], { from: "user" });
  } catch (error) {
    const retryable = error instanceof Error && "kind" in error && error.kind === "Retryable";
    process.exitCode = retryable ? EXIT_RETRY : exitCodeOf(error);
    process.stderr.write(`${formatError(error)}\n`);
  }
}

function program(): Command {
  const root = new Command("assay-indexer")
    .description("Runs graph-node and PostgreSQL on this machine and keeps the protocol's subgraph indexed.")
    .version("0.1.0")
    .showHelpAfterError()
    .addHelpText(
      "after",
      "\nOther ways to an index: ops/docker-compose.yml, or SUBGRAPH_URL of a graph-node elsewhere.",
    );
  command(root, "up", "start, and stay until SIGINT or SIGTERM").action(up);
  command(root, "status", "which block the index is at").action(status);
  command(root, "down", "stop the indexer that runs on the data folder").action(down);
  command(root, "deploy", "build the subgraph as its source is now, and let the running indexer take it up").action(
    deploy,
  );
  command(root, "reset", "forget the index: the next start rebuilds it from the chain").action(reset);
  return root;
}

function command(root: Command, name: string, description: string): Command {
  const result = new Command(name)
    .description(description)
    .option("--data-dir <folder>", "database, builds, log", join(REPOSITORY, ".devnet", "indexer"))
    .option("--json", "for machines");
  if (name === "up" || name === "deploy") {
    result
      .option(
        "--deployment <file>",
        "addresses of the protocol, or of a satellite",
        join(REPOSITORY, "deployments", "31337.json"),
      )
      .option("--subgraph <folder>", "source of the subgraph", join(REPOSITORY, "subgraph"))
      .option("--builds <folder>", "finished builds; indexers may share it (default: builds in the data folder)");
  }
  if (name === "up") {
    result
      .option("--rpc-url <url>", "the chain", "http://127.0.0.1:8545")
      .option("--port <port>", "of the GraphQL endpoint on 127.0.0.1; 0 takes any", "8000");
  }
  root.addCommand(result);
  return result;
}

async function up(options: Options): Promise<void> {
  const { dataDir, builds, json, rpcUrl, subgraph, port } = options;
  const portNumber = portOf(port);
  const started = performance.now();
  const onStep = (step: string) => {
    if (json) console.log(JSON.stringify({ step }));
    else console.error(`${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s  ${step}`);
  };
  const folder = new Folder(dataDir, builds);
  const deployment = readDeployment(options.deployment);
  const shutdown = createShutdown({ graceMs: STOP_MS });
  const indexer = await startIndexer({ folder, rpcUrl, deployment, source: subgraph, port: portNumber, onStep });
  shutdown.register("indexer", () => indexer.stop());
  onStep("ready");
  console.log(json ? JSON.stringify({ url: indexer.url }) : `queries: ${indexer.url}`);
  void indexer.broken.then((error) => {
    process.stderr.write(`${formatError(error)}\n`);
    return shutdown.stop(error);
  });
}

/** @throws IX-016 it is no port */
function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw failure("IX-016", "no such port", {
    found: `--port ${text}`,
    wanted: "0 to 65535; 0 takes any that is free",
    hint: "correct --port",
  });
}

async function deploy({ dataDir, builds, deployment, subgraph, json }: Options): Promise<void> {
  const folder = new Folder(dataDir, builds);
  const manifest = await redeploy({ folder, deployment: readDeployment(deployment), source: subgraph });
  console.log(json ? JSON.stringify({ manifest }) : `deployed ${manifest}`);
}

async function status({ dataDir, json }: Options): Promise<void> {
  const running = new Folder(dataDir).running();
  if (!running) {
    console.log(json ? JSON.stringify({ running: false }) : "not running");
    process.exitCode = 1;
    return;
  }
  const found = await askStatus(running.url);
  if (json) return console.log(JSON.stringify({ running: true, ...running, ...found }));
  console.log(`queries ${running.url}\nprocess ${running.pid}, since ${running.startedAt}`);
  console.log(`block   ${found.block ?? "none yet"} of ${found.head ?? "?"}`);
  if (found.error) console.log(`stopped ${found.error}`);
}

/** @throws IX-017 the indexer runs and does not answer */
async function askStatus(url: string): Promise<IndexerStatus> {
  try {
    const answer = await fetch(`${url}/status`, { signal: AbortSignal.timeout(STATUS_MS) });
    return (await answer.json()) as IndexerStatus;
  } catch (cause) {
    throw failure("IX-017", "the indexer runs but does not answer", {
      found: cause instanceof Error ? cause.message : String(cause),
      wanted: `its status at ${url}`,
      hint: "wait a moment; if it stays so, see graph-node.log in the data folder and start it again",
      kind: "Retryable",
      cause,
    });
  }
}

async function down({ dataDir, json }: Options): Promise<void> {
  const folder = new Folder(dataDir);
  const running = folder.running();
  if (running) {
    process.kill(running.pid, "SIGTERM");
    const deadline = Date.now() + STOP_MS;
    while (folder.running() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const stopped = running !== undefined && folder.running() === undefined;
  console.log(json ? JSON.stringify({ stopped }) : stopped ? "stopped" : "nothing to stop");
}

function reset({ dataDir, json }: Options): void {
  const folder = new Folder(dataDir);
  const running = folder.running();
  if (running) {
    throw failure("IX-009", "an indexer runs on this data folder", {
      found: `process ${running.pid}`,
      wanted: "none",
      hint: "stop it first: npm run indexer -- down",
    });
  }
  folder.clear();
  console.log(json ? JSON.stringify({ cleared: dataDir }) : `cleared ${dataDir}`);
}

/** @throws IX-014 the file cannot be read */
function readDeployment(path: string): AnyDeployment {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw failure("IX-014", "no deployment file", {
      found: `${path}: ${(cause as Error).message}`,
      wanted: "the file that the deployment wrote",
      hint: "run `npm run deploy` against this chain, or name the file with --deployment",
      cause,
    });
  }
  return parseAnyDeployment(JSON.parse(text));
}
