import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import type { DeployedContract, Deployment } from "@assay/sdk";
import { parse, stringify } from "yaml";
import { failure } from "./errors.ts";
import { run } from "./process.ts";

const require = createRequire(import.meta.url);
const MANIFEST = "subgraph.yaml";
/** What stands in a subgraph's folder and is no part of it: made from it, or read only when it is published. */
const ASIDE = new Set(["node_modules", "generated", "build", "tests", "networks.json"]);

/** One data source's place on a chain. */
export interface Place {
  address: string;
  startBlock: number;
}

/** The places of a deployment's contracts; the protocol's or a satellite's. */
export function placesOf({
  contracts,
  startBlock,
}: Pick<Deployment, "startBlock"> & { contracts: Record<string, DeployedContract> }): Record<string, Place> {
  const places = Object.entries(contracts).map(([name, contract]) => [
    name,
    { address: contract.address, startBlock: contract.startBlock ?? startBlock },
  ]);
  return Object.fromEntries(places);
}

export interface BuildArgs {
  /** The subgraph's source folder, with its subgraph.yaml. */
  source: string;
  /** Folder of finished builds; one folder each, named by what was built. */
  builds: string;
  /** The network's name in the manifest. */
  network: string;
  /** Places by data source name; a source without one is left out. */
  places: Readonly<Record<string, Place>>;
}

/**
 * Builds a subgraph for one network. A build is named by the hash of all that goes into it, so the same source for the
 * same network is built once, and graph-node takes it up where it left off.
 *
 * @returns the path of the built manifest
 * @throws IX-006 the source does not build
 */
export async function buildSubgraph({ source, builds, network, places }: BuildArgs): Promise<string> {
  const whole = readFileSync(join(source, MANIFEST), "utf8");
  const manifest = manifestFor(whole, network, places);
  const name = hashOf(source, manifest);
  const done = join(builds, name, MANIFEST);
  if (existsSync(done)) return done;
  mkdirSync(builds, { recursive: true });
  const work = mkdtempSync(join(builds, ".work-"));
  try {
    cpSync(source, work, {
      recursive: true,
      filter: (path) => !ASIDE.has(relative(source, path).split("/")[0] ?? ""),
    });
    // the compiler looks for the AssemblyScript library upwards from the source
    symlinkSync(
      dirname(dirname(dirname(require.resolve("@graphprotocol/graph-ts/package.json")))),
      join(work, "node_modules"),
    );
    // the handlers are one module: it needs the types of contracts that this network lacks, too
    await graph(work, ["codegen"]);
    writeFileSync(join(work, MANIFEST), manifest);
    await graph(work, ["build", "--output-dir", "build"]);
    // A rename is whole or not at all: a build that was killed leaves nothing under the final name.
    renameSync(join(work, "build"), join(builds, name));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return done;
}

/**
 * The manifest with the network's name, addresses and start blocks in place, of what the network has.
 *
 * @throws IX-006 the network has nothing of it
 */
export function manifestFor(whole: string, network: string, places: BuildArgs["places"]): string {
  interface Source {
    name: string;
    network: string;
    source: { address?: string; startBlock?: number };
  }
  const manifest = parse(whole) as { dataSources: Source[]; templates?: Source[] };
  const wanted = manifest.dataSources.map(({ name }) => name);
  manifest.dataSources = manifest.dataSources.filter(({ name }) => placeOf(name, places));
  if (manifest.dataSources.length === 0) {
    throw failure("IX-006", "the deployment has none of the contracts that the subgraph reads", {
      found: Object.keys(places).join(", ") || "no contract",
      wanted: `at least one of ${wanted.join(", ")}`,
      hint: "give the deployment file of a network that the protocol is deployed on",
    });
  }
  for (const source of manifest.dataSources) {
    source.network = network;
    Object.assign(source.source, placeOf(source.name, places));
  }
  for (const template of manifest.templates ?? []) template.network = network;
  return stringify(manifest);
}

/** Contracts that a data source stands for beside the one of its own name: those that other chains have in its place. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  AssayToken: ["SatelliteToken"],
  LinkedBridge: ["HomeBridge", "SatelliteBridge"],
};

/** By what name the subgraph knows a contract of a deployment. */
export function indexName(contract: string): string {
  return Object.entries(OTHERS).find(([, others]) => others.includes(contract))?.[0] ?? contract;
}

function placeOf(name: string, places: BuildArgs["places"]): Place | undefined {
  return [name, ...(OTHERS[name] ?? [])].map((each) => places[each]).find((place) => place !== undefined);
}

function hashOf(source: string, manifest: string): string {
  const hash = createHash("sha256").update(manifest);
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(source, join(entry.parentPath, entry.name)))
    .filter((path) => !ASIDE.has(path.split("/")[0] ?? "") && path !== MANIFEST)
    .sort();
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(source, file)));
  return hash.digest("hex").slice(0, 32);
}

async function graph(cwd: string, args: readonly string[]): Promise<void> {
  const file = join(dirname(require.resolve("@graphprotocol/graph-cli/package.json")), "bin", "run.js");
  const program = run({ file: process.execPath, args: [file, ...args], cwd, env: { CI: "1", NO_COLOR: "1" } });
  const { code } = await program.exited;
  if (code === 0) return;
  throw failure("IX-006", `the subgraph does not build (graph ${args[0]})`, {
    found: program.tail.slice(-12).join("\n          "),
    wanted: "a subgraph that compiles",
    hint: "mend the schema, the manifest or the mappings in subgraph/",
  });
}
