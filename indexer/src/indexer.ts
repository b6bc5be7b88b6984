import { mkdirSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AnyDeployment } from "@assay/sdk";
import pg from "pg";
import { buildSubgraph, placesOf } from "./build.ts";
import { checkChain, genesisOf } from "./chain.ts";
import { ask } from "./door.ts";
import { failure } from "./errors.ts";
import { type Folder, socketFolder } from "./folder.ts";
import { openGateway } from "./gateway.ts";
import { deployTo, type GraphNode, startGraphNode } from "./graph-node.ts";
import { createIndexes, type Database } from "./indexes.ts";
import { type Log, openLog } from "./log.ts";
import { DATABASE_USER, type Postgres, startPostgres } from "./postgres.ts";
import { openRpcDoor } from "./rpc-door.ts";

/** The subgraph's name in graph-node. Nothing outside sees it. */
export const SUBGRAPH = "assay";
/** The name by which manifests call the chain. */
const NETWORK = "assay";

export interface IndexerArgs {
  folder: Folder;
  rpcUrl: string;
  /** The protocol's, or a satellite's. */
  deployment: AnyDeployment;
  /** The subgraph's source folder. */
  source: string;
  /** Port of the GraphQL endpoint on 127.0.0.1; 0 takes any. */
  port: number;
  /** Told of each step of the start. */
  onStep?: (step: string) => void;
}

export interface Indexer {
  /** Where queries go. */
  url: string;
  /** Resolves with the reason when a part of it dies or the chain is replaced. */
  broken: Promise<Error>;
  stop(): Promise<void>;
}

export interface IndexerStatus {
  /** The last block whose events are in the index, undefined before the first. */
  block?: number;
  head?: number;
  /** Whether graph-node gave up on the subgraph, and why. */
  error?: string;
}

const GENESIS_MS = 5_000;
const POLL_MS = 100;

/** Starts database, graph-node and gateway, builds the subgraph for this deployment and has graph-node index it. */
export async function startIndexer(args: IndexerArgs): Promise<Indexer> {
  const { folder, rpcUrl, deployment, source, onStep = () => {} } = args;
  const closing: (() => Promise<unknown> | unknown)[] = [];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    onStep("asking the chain");
    const { genesis, head } = await checkChain(rpcUrl, deployment);
    let node: GraphNode | undefined;
    const status = async () => readStatus(node);
    const graphql = () => node?.door("graphql");
    const gateway = await openGateway({ port: args.port, name: SUBGRAPH, graphql, status });
    closing.push(() => close(gateway.server));
    // two folders: the database's belongs to the database's user
    const [sockets, socketDir] = [socketFolder(), socketFolder()];
    for (const path of [sockets, socketDir]) closing.push(() => rmSync(path, { recursive: true, force: true }));
    const doors = join(sockets, "doors");
    folder.take({ url: gateway.url, doors });
    closing.push(() => folder.release());

    onStep("building the subgraph");
    const manifest = await buildFor({ folder, deployment, source });
    const idleManifest = await buildIdle(folder, head);
    const log = openLog(folder.log);
    closing.push(() => log.close());
    const onLine = (line: string) => log.line(line);

    onStep("starting PostgreSQL");
    const postgres = await startPostgres({ dataDir: folder.database, socketDir, onLine });
    closing.push(() => postgres.stop("SIGINT", 0));
    const database = await databaseFor(postgres, genesis);
    folder.take({ url: gateway.url, doors, database });
    const rpcSocket = join(sockets, "rpc.sock");
    const rpcDoor = await openRpcDoor(rpcSocket, rpcUrl);
    closing.push(() => close(rpcDoor));

    onStep("starting graph-node");
    const started = await startGraphNode({
      idleManifest,
      doors,
      postgresSocket: postgres.socket,
      rpcSocket,
      database: database.name,
      user: DATABASE_USER,
      network: NETWORK,
      onLine,
    });
    closing.push(() => started.stop("SIGTERM", 0));
    await started.deploy(SUBGRAPH, manifest);
    await createIndexes(database);
    onStep("indexing");
    await firstBlock(started);
    // nothing waits for it
    void started.rest().catch((error: Error) => onLine(`the idle subgraph goes on: ${error.message}`));
    node = started;
    const broken = watch({ postgres, node: started, log, rpcUrl, genesis, closing });
    return { url: gateway.url, broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Waits until there is a block to answer from: before it graph-node refuses every query. A long history takes long, so it is
 * given up only when graph-node ends or says that it cannot go on.
 */
async function firstBlock(node: GraphNode): Promise<void> {
  let gone = false;
  void node.exited.then(() => {
    gone = true;
  });
  const query = JSON.stringify({ query: "{ _meta { block { number } } }" });
  let said = "";
  while (!gone) {
    const { body } = await ask(node.door("graphql"), `/subgraphs/name/${SUBGRAPH}`, query);
    const reply = JSON.parse(body.toString()) as { data?: { _meta?: object }; errors?: { message: string }[] };
    if (reply.data?._meta) return;
    said = reply.errors?.[0]?.message ?? said;
    const { error } = await readStatus(node);
    if (error) said = error;
    if (error) break;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw failure("IX-018", "graph-node does not begin to index", {
    found: gone ? node.tail.slice(-3).join(" | ") : said,
    wanted: "a first block in the index",
    hint: "see graph-node.log in the data folder: an endpoint that is pruned or refuses eth_getLogs is the usual cause",
    kind: "Retryable",
  });
}

/** What graph-node says of the subgraph. */
async function readStatus(node: GraphNode | undefined): Promise<IndexerStatus> {
  if (!node) return {};
  const query = `{ indexingStatusForCurrentVersion(subgraphName: "${SUBGRAPH}") {
    health fatalError { message } chains { chainHeadBlock { number } latestBlock { number } } } }`;
  const { body } = await ask(node.door("status"), "/graphql", JSON.stringify({ query }));
  interface Reply {
    data?: {
      indexingStatusForCurrentVersion?: {
        fatalError?: { message: string };
        chains: { chainHeadBlock?: { number: string }; latestBlock?: { number: string } }[];
      };
    };
  }
  const found = (JSON.parse(body.toString()) as Reply).data?.indexingStatusForCurrentVersion;
  const chain = found?.chains[0];
  return {
    ...(chain?.latestBlock ? { block: Number(chain.latestBlock.number) } : {}),
    ...(chain?.chainHeadBlock ? { head: Number(chain.chainHeadBlock.number) } : {}),
    ...(found?.fatalError ? { error: found.fatalError.message } : {}),
  };
}

/** Builds the subgraph for a deployment; see `buildSubgraph`. */
function buildFor({ folder, deployment, source }: Pick<IndexerArgs, "folder" | "deployment" | "source">) {
  mkdirSync(folder.builds, { recursive: true });
  return buildSubgraph({ source, builds: folder.builds, network: NETWORK, places: placesOf(deployment) });
}

function buildIdle(folder: Folder, head: number): Promise<string> {
  const idle = fileURLToPath(new URL("../idle", import.meta.url));
  const address = "0x0000000000000000000000000000000000000001";
  // the idle subgraph need not walk through history: it starts at a round number near the head, so that builds recur
  const startBlock = head - (head % 10_000);
  const places = { Idle: { address, startBlock } };
  return buildSubgraph({ source: idle, builds: folder.builds, network: NETWORK, places });
}

/** Builds the subgraph as its source is now, and has the indexer that runs on the folder take it up. */
export async function redeploy(args: Pick<IndexerArgs, "folder" | "deployment" | "source">): Promise<string> {
  const running = args.folder.running();
  if (!running?.database) {
    throw failure("IX-015", "no indexer runs on this data folder", {
      found: args.folder.root,
      wanted: "a running indexer to deploy to",
      hint: "start one: `npm run indexer -- up` deploys by itself",
    });
  }
  const manifest = await buildFor(args);
  await deployTo(join(running.doors, "admin.sock"), SUBGRAPH, manifest);
  await createIndexes(running.database);
  return manifest;
}

/** One database per chain: what was indexed of another chain of the same id would be nonsense here. */
async function databaseFor(postgres: Postgres, genesis: string): Promise<Database> {
  const name = `chain_${genesis.slice(2, 18)}`;
  const host = join(postgres.socket, "..");
  const client = new pg.Client({ host, user: DATABASE_USER, database: "postgres" });
  await client.connect();
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [name]);
    if (!rowCount) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  return { host, name };
}

interface Watched {
  postgres: Postgres;
  node: GraphNode;
  log: Log;
  rpcUrl: string;
  genesis: string;
  closing: (() => Promise<unknown> | unknown)[];
}

function watch({ postgres, node, log, rpcUrl, genesis, closing }: Watched): Promise<Error> {
  return new Promise((resolve) => {
    const dead = (what: string, tail: readonly string[]) =>
      resolve(
        failure("IX-012", `${what} ended`, {
          found: tail
            .filter((line) => !/^\s+\d+:|^\s+at /.test(line))
            .slice(-3)
            .join(" | "),
          wanted: `${what} to go on until the indexer is stopped`,
          hint: "start the indexer again: it goes on where it was; see the log if it ends again",
          kind: "Retryable",
        }),
      );
    void postgres.full.then((line) => resolve(diskFull(line)));
    void log.broken.then(({ code, message }) => {
      if (code === "ENOSPC" || code === "EDQUOT") resolve(diskFull(`graph-node.log: ${message}`));
      else dead("the log", [message]);
    });
    void postgres.exited.then(() => dead("PostgreSQL", postgres.tail));
    void node.exited.then(() => dead("graph-node", node.tail));
    const timer = setInterval(async () => {
      // an endpoint that is silent for a while is graph-node's to ask again
      const found = await genesisOf(rpcUrl).catch(() => undefined);
      if (found && found !== genesis) resolve(replaced(genesis, found));
    }, GENESIS_MS);
    timer.unref();
    closing.push(() => clearInterval(timer));
  });
}

function diskFull(line: string) {
  return failure("IX-019", "the disk is full", {
    found: line,
    wanted: "room for the index in the data folder",
    hint: "free some disk and start the indexer again: it goes on where it was",
    kind: "Retryable",
  });
}

function replaced(before: string, after: string) {
  return failure("IX-013", "the chain was replaced by another one", {
    found: `a chain whose first block is ${after}`,
    wanted: `the chain whose first block is ${before}`,
    hint: "start the indexer again: it keeps an index for each chain",
    kind: "Retryable",
  });
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
