// Runs beside graph-node in its network: starts it, and carries bytes between its TCP ports and Unix sockets outside.
// Argument: a JSON object, see InsideArgs. Ends when graph-node ends, with its exit code; SIGTERM stops graph-node.
import { spawn } from "node:child_process";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { boundToParent } from "./process.ts";

export interface InsideArgs {
  graphNode: string;
  /** Where the idle subgraph was built: a manifest graph-node insists on. */
  idleManifest: string;
  /** Folder in which the doors out of the namespace are made. */
  doors: string;
  /** Unix sockets of the database and of the way to the chain. */
  postgresSocket: string;
  rpcSocket: string;
  database: string;
  user: string;
  network: string;
}

/** graph-node's servers that something outside may want, and the names of their sockets. */
export const DOORS = ["graphql", "admin", "status", "metrics"] as const;
export type Door = (typeof DOORS)[number];

async function main(args: InsideArgs): Promise<void> {
  const [postgres, rpc] = await Promise.all([inward(args.postgresSocket), inward(args.rpcSocket)]);
  const ipfs = await noFiles();
  const ports = await freePorts(DOORS.length);
  await Promise.all(DOORS.map((door, i) => outward(join(args.doors, `${door}.sock`), ports[i] ?? 0)));
  const [graphql, admin, status, metrics] = ports.map(String);
  const flags = {
    // what follows the colon is where the build is, seen from the manifest
    "--manifests": `${args.idleManifest}:.`,
    "--postgres-url": `postgresql://${args.user}:-@127.0.0.1:${postgres}/${args.database}`,
    "--ethereum-rpc": `${args.network}:archive:http://127.0.0.1:${rpc}`,
    "--ipfs": `http://127.0.0.1:${ipfs}`,
    "--http-port": graphql,
    "--admin-port": admin,
    "--index-node-port": status,
    "--metrics-port": metrics,
  };
  const words = Object.entries(flags).flatMap(([flag, value]) => [flag, value ?? ""]);
  const [file, line] = boundToParent("KILL", args.graphNode, ["dev", ...words]);
  const child = spawn(file, line, { stdio: ["ignore", "inherit", "inherit"] });
  // graph-node ignores SIGTERM
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => child.kill("SIGINT"));
  process.on("exit", () => child.kill("SIGKILL"));
  child.once("error", (error) => {
    console.error(error.message);
    process.exit(1);
  });
  child.once("exit", (code) => process.exit(code ?? 1));
}

/**
 * Bytes go on at once. Held back until the other side has confirmed the last ones, as is the default, each question to
 * the database waits for the 40 ms after which a confirmation comes by itself.
 */
const PROMPT = { noDelay: true };

/** A TCP port in here that leads to a Unix socket outside. */
function inward(path: string): Promise<number> {
  return listening(createServer(PROMPT, (here) => join2(here, connect(path))));
}

/** A Unix socket outside that leads to a TCP port in here. */
function outward(path: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer((there) => join2(there, connect({ port, host: "127.0.0.1", ...PROMPT })));
    server.once("error", reject);
    server.listen(path, resolve);
  });
}

function join2(a: Socket, b: Socket): void {
  a.pipe(b).pipe(a);
  a.once("error", () => b.destroy());
  b.once("error", () => a.destroy());
}

/** graph-node wants an IPFS gateway that answers, although it reads everything from files. */
function noFiles(): Promise<number> {
  return listening(
    createHttpServer((_, answer) => {
      answer.statusCode = 412;
      answer.end();
    }),
  );
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

/** Ports that were free a moment ago, on all interfaces: graph-node cannot be told to take any. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(servers.map(listening));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

if (import.meta.main) await main(JSON.parse(process.argv[2] ?? "{}") as InsideArgs);
