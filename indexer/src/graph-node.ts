import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findGraphNode } from "./binaries.ts";
import { ask, call } from "./door.ts";
import { failure } from "./errors.ts";
import type { Door, InsideArgs } from "./inside.ts";
import { findIsolation } from "./namespace.ts";
import { type Program, run } from "./process.ts";

const START_MS = 60_000;
const STOP_MS = 15_000;
const POLL_MS = 50;

export interface GraphNode extends Program {
  /** The Unix socket of one of its servers. */
  door(name: Door): string;
  /** Makes the subgraph `name` and points it at a built manifest. Doing it again with the same manifest changes nothing. */
  deploy(name: string, manifest: string): Promise<void>;
}

export type StartGraphNodeArgs = Omit<InsideArgs, "graphNode"> & { onLine?: (line: string) => void };

/**
 * Starts graph-node in a network of its own, and waits until it answers.
 *
 * @throws IX-002 no graph-node, IX-005 no isolation to be had, IX-007 it does not start
 */
export async function startGraphNode({ onLine, ...args }: StartGraphNodeArgs): Promise<GraphNode> {
  const { prefix } = findIsolation();
  mkdirSync(args.doors, { recursive: true, mode: 0o700 });
  const inside: InsideArgs = { ...args, graphNode: findGraphNode() };
  const script = fileURLToPath(new URL("inside.ts", import.meta.url));
  const [file = "", ...rest] = [...prefix, process.execPath, script, JSON.stringify(inside)];
  const program = run({
    file,
    args: rest,
    // a polling interval for local chains, no log of every query, no ANSI colours
    env: {
      ETHEREUM_POLLING_INTERVAL: "250",
      GRAPH_LOG: "info",
      NO_COLOR: "1",
      GRAPH_ALLOW_NON_DETERMINISTIC_IPFS: "0",
    },
    ...(onLine ? { onLine } : {}),
  });
  const door = (name: Door) => join(args.doors, `${name}.sock`);
  const stop = () => program.stop("SIGTERM", STOP_MS);
  await answering(program, door("graphql"), door("admin"), stop);
  const deploy = async (name: string, manifest: string) => {
    await call(door("admin"), "subgraph_create", { name });
    await call(door("admin"), "subgraph_deploy", { name, ipfs_hash: manifest });
  };
  return { ...program, door, deploy, stop };
}

async function answering(program: Program, graphql: string, admin: string, stop: () => Promise<void>): Promise<void> {
  let gone = false;
  void program.exited.then(() => {
    gone = true;
  });
  const deadline = Date.now() + START_MS;
  while (!gone && Date.now() < deadline) {
    const up = await Promise.all([ask(graphql, "/"), ask(admin, "/")]).then(
      () => true,
      () => false,
    );
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  await stop();
  throw failure("IX-007", "graph-node did not start", {
    found:
      program.tail
        .filter((line) => !/^\s+\d+:|^\s+at /.test(line))
        .slice(-6)
        .join("\n          ") || "no output",
    wanted: "a graph-node that answers queries",
    hint: "see its log in the data folder; `npm run indexer -- reset` starts from nothing",
  });
}
