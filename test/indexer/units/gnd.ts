// Runs units through `gnd test`: graph-node's own store and WebAssembly, with a chain that is a list of events.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import type { Abi, AbiEvent } from "viem";
import { numberToHex } from "viem";
import { parse } from "yaml";
import { findGraphNode } from "../../../indexer/src/binaries.ts";
import { buildSubgraph, type Place } from "../../../indexer/src/build.ts";
import { socketFolder } from "../../../indexer/src/folder.ts";
import { DATABASE_USER, startPostgres } from "../../../indexer/src/postgres.ts";
import { run } from "../../../indexer/src/process.ts";
import { SHARED_BUILDS } from "../../../scripts/lib/indexer.ts";
import { type Emitted, FIRST_TIME, type Shown, TIME_STEP, type Unit } from "./kit.ts";

const START_BLOCK = 1;
const SUBGRAPH = fileURLToPath(new URL("../../../subgraph", import.meta.url));

export interface Source {
  name: string;
  mapping: { abis: { file: string }[]; eventHandlers: { event: string; handler: string }[] };
}

/** The data sources of the manifest. */
export function sources(): Source[] {
  return (parse(readFileSync(join(SUBGRAPH, "subgraph.yaml"), "utf8")) as { dataSources: Source[] }).dataSources;
}

export interface Outcome {
  /** Whether everything was as it should be. */
  passed: boolean;
  /** What `gnd test` said. */
  output: string;
}

/** Runs each of the lists on a chain of its own. */
export async function runUnits(lists: readonly (readonly Unit[])[]): Promise<Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), "assay-units-"));
  const socketDir = socketFolder();
  const places = Object.fromEntries(
    sources().map(({ name }, i) => [name, { address: addressOf(i), startBlock: START_BLOCK }]),
  );
  const manifest = await buildSubgraph({ source: SUBGRAPH, builds: SHARED_BUILDS, network: "assay", places });
  cpSync(dirname(manifest), join(folder, "build"), { recursive: true });
  cpSync(manifest, join(folder, "subgraph.yaml"));
  mkdirSync(join(folder, "database"));
  const database = await startPostgres({ dataDir: join(folder, "database"), socketDir });
  const door = createServer((here) => {
    const there = connect(database.socket);
    here.pipe(there).pipe(here);
    for (const end of [here, there]) end.once("error", () => [here, there].map((each) => each.destroy()));
  });
  try {
    await makeDatabase(socketDir);
    await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
    const { port } = door.address() as AddressInfo;
    const url = `postgresql://${DATABASE_USER}:-@127.0.0.1:${port}/units`;
    const outcomes: Outcome[] = [];
    for (const units of lists) outcomes.push(await runFile(folder, testFile(units, places), url));
    return outcomes;
  } finally {
    door.close();
    await database.stop("SIGINT", 0);
    for (const path of [folder, socketDir]) rmSync(path, { recursive: true, force: true });
  }
}

async function runFile(folder: string, content: object, url: string): Promise<Outcome> {
  const file = join(folder, "units.json");
  const plain = (_: string, value: unknown) => (typeof value === "bigint" ? `${value}` : value);
  writeFileSync(file, JSON.stringify(content, plain));
  const program = run({
    file: findGraphNode(),
    args: ["test", "--skip-build", "--postgres-url", url, file],
    cwd: folder,
    env: { NO_COLOR: "1", GRAPH_LOG: "error" },
  });
  const { code } = await program.exited;
  // the failures come last, after a line for each assertion
  const output = program.tail.join("\n");
  return { passed: code === 0, output: output.slice(Math.max(0, output.indexOf("Failures:"))) };
}

function addressOf(index: number) {
  return numberToHex(0xc0_0000 + index, { size: 20 });
}

async function makeDatabase(host: string): Promise<void> {
  const client = new pg.Client({ host, user: DATABASE_USER, database: "postgres" });
  await client.connect();
  await client.query("create database units");
  await client.end();
}

/** One chain for all units, a block each: every one of them costs a deployment otherwise. */
function testFile(units: readonly Unit[], places: Readonly<Record<string, Place>>) {
  const abis = new Map(sources().map(({ name, mapping }) => [name, abiOf(mapping.abis[0]!.file)]));
  return {
    name: "every handler",
    blocks: [undefined, ...units].map((unit, i) => ({
      // the runner takes the first block for granted: nothing happens in it
      number: START_BLOCK + i,
      timestamp: FIRST_TIME + i * TIME_STEP,
      events: (unit?.events ?? []).map((emitted) => logOf(emitted, abis, places)),
    })),
    assertions: units.flatMap(({ shows }) => shows.map(assertionOf)),
  };
}

function abiOf(file: string): Abi {
  return JSON.parse(readFileSync(join(SUBGRAPH, file), "utf8")) as Abi;
}

function logOf(
  [source, event, ...values]: Emitted,
  abis: ReadonlyMap<string, Abi>,
  places: Readonly<Record<string, Place>>,
) {
  const item = abis.get(source)?.find((each): each is AbiEvent => each.type === "event" && each.name === event);
  if (!item || item.inputs.length !== values.length)
    throw new Error(`found ${values.length} values for ${source}.${event}, wanted ${item?.inputs.length}`);
  const inputs = item.inputs.map(({ type, name, indexed }) => `${type}${indexed ? " indexed" : ""} ${name}`);
  return {
    address: places[source]!.address,
    event: `${event}(${inputs.join(", ")})`,
    params: Object.fromEntries(item.inputs.map(({ name }, i) => [name, values[i]])),
  };
}

function assertionOf({ field, arguments: given, value }: Shown) {
  return { query: `{ ${field}(${given}) ${selection(value)} }`, expected: { [field]: value } };
}

/** Fields that lead to an entity: where there is none, its id is asked for all the same. */
const REFERENCES = new Set(["job", "open", "operation", "representative", "stakedRepresentative"]);

/** The fields that a value has, as GraphQL selects them. */
function selection(value: unknown): string {
  const sample = Array.isArray(value) ? value[0] : value;
  if (typeof sample !== "object" || sample === null) return "";
  return `{ ${Object.entries(sample)
    .map(([name, part]) => `${name} ${part === null && REFERENCES.has(name) ? "{ id }" : selection(part)}`)
    .join(" ")} }`;
}
