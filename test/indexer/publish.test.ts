// Publishing to a graph-node or to Studio, and the compose file for production.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { numberToHex } from "viem";
import { parse } from "yaml";
import { manifestFor, placesOf } from "../../indexer/src/build.ts";
import { QUERY_LIMITS } from "../../indexer/src/graph-node.ts";
import { parseSatellite } from "../../sdk/src/index.ts";
import { sampleDeployment } from "../../sdk/src/testing/chain.ts";

const execute = promisify(execFile);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const KEY = "a-deploy-key-that-must-not-be-shown";
const folder = mkdtempSync(join(tmpdir(), "assay-publish-test-"));
const deploymentPath = join(folder, "deployment.json");
const uploads = new Map<string, string>();
const calls: { method: string; params: Record<string, string>; authorization: string | undefined }[] = [];

/** Takes uploads as Kubo does and calls as graph-node's admin endpoint does. */
const server = createServer(async (request, answer) => {
  const body = await read(request);
  const { authorization } = request.headers;
  if (request.url?.startsWith("/api/v0/add")) {
    const content = body
      .split("\r\n\r\n")
      .slice(1)
      .join("\r\n\r\n")
      .replace(/\r\n--[^\r]*--\r\n$/, "");
    const hash = `Qm${createHash("sha256").update(content).digest("hex").slice(0, 44)}`;
    uploads.set(hash, content);
    return answer.end(JSON.stringify({ Hash: hash }));
  }
  calls.push({ ...(JSON.parse(body) as { method: string; params: Record<string, string> }), authorization });
  answer.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result: { queries: "/subgraphs/name/assay" } }));
});

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString("latin1");
}

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  writeFileSync(deploymentPath, JSON.stringify(sampleDeployment()));
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function deploy(args: string[], env: Record<string, string> = {}) {
  const script = here("../../scripts/subgraph/deploy.ts");
  const given = ["--deployment", deploymentPath, "--network", "arbitrum-one", "--json"];
  const options = { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env } };
  return execute(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", script, ...given, "--builds", join(folder, "builds"), ...args],
    options,
  );
}

test("published, the manifest names every file by its hash, and the key travels in a header only", async () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const where = ["--node", url, "--ipfs", url, "--studio", "--label", "v1.2.3"];
  const { stdout, stderr } = await deploy(where, { GRAPH_DEPLOY_KEY: KEY });
  const { hash } = JSON.parse(stdout) as { hash: string };
  assert.deepEqual(
    calls.map(({ method, params }) => [method, params]),
    [["subgraph_deploy", { name: "assay", ipfs_hash: hash, version_label: "v1.2.3" }]],
  );
  assert.equal(calls[0]?.authorization, `Bearer ${KEY}`);
  assert.ok(!`${stdout}${stderr}`.includes(KEY));
  const manifest = uploads.get(hash) ?? "";
  const links = [...manifest.matchAll(/\/ipfs\/(Qm\w+)/g)].map(([, link]) => link!);
  assert.ok(links.length > 3);
  for (const link of links) assert.ok(uploads.has(link), `${link} was uploaded`);
  assert.doesNotMatch(manifest, /file: *\S/);
  const { dataSources } = parse(manifest) as { dataSources: { network: string; source: { address: string } }[] };
  const market = sampleDeployment().contracts.JobMarketplace.address;
  assert.ok(dataSources.some(({ source }) => source.address === market));
  assert.ok(dataSources.every(({ network }) => network === "arbitrum-one"));

  calls.length = 0;
  const dry = await deploy(["--studio", "--label", "v1", "--dry-run"]);
  const plan = JSON.parse(dry.stdout) as { node: string; key: string; files: { path: string; bytes: number }[] };
  assert.equal(calls.length, 0, "nothing is sent");
  assert.match(plan.node, /^https:\/\/api\.studio\./);
  assert.equal(plan.key, "none");
  assert.ok(plan.files.some(({ path, bytes }) => path.endsWith(".wasm") && bytes > 1000));
});

test("a satellite's subgraph has its token, its end of the bridge and its remote jobs; every chain has one name", () => {
  const names = ["AxelarGatewayAdapter", "SatelliteBridge", "SatelliteToken", "RemoteJobPortal"];
  const contracts = Object.fromEntries(
    names.map((name, i) => [name, { address: numberToHex(0x5a00 + i, { size: 20 }), version: "1.0.0", startBlock: 7 }]),
  );
  const [gateway, gasService] = [1, 2].map((i) => numberToHex(i, { size: 20 }));
  const axelar = { name: "arbitrum", gateway, gasService };
  const satellite = parseSatellite({ chainId: 42_161, homeChain: 1, startBlock: 5, axelar, contracts });
  const whole = readFileSync(here("../../subgraph/subgraph.yaml"), "utf8");
  const { dataSources } = parse(manifestFor(whole, "arbitrum-one", placesOf(satellite))) as {
    dataSources: { name: string; network: string; source: { address: string; startBlock: number } }[];
  };
  assert.deepEqual(
    dataSources.map(({ name, network, source }) => [name, network, BigInt(source.address), source.startBlock]),
    [
      ["AssayToken", "arbitrum-one", 0x5a02n, 7],
      ["LinkedBridge", "arbitrum-one", 0x5a01n, 7],
      ["RemoteJobPortal", "arbitrum-one", 0x5a03n, 7],
    ],
  );
  const text = readFileSync(here("../../subgraph/networks.json"), "utf8");
  const ids = Object.values(JSON.parse(text) as Record<string, { chainId: number }>).map(({ chainId }) => chainId);
  assert.ok(ids.includes(42_161) && new Set(ids).size === ids.length, text);
});

test("without key, label or file it says what is missing, before anything is built", async () => {
  await assert.rejects(deploy(["--studio", "--label", "v1"]), /GRAPH_DEPLOY_KEY/);
  await assert.rejects(deploy(["--studio"], { GRAPH_DEPLOY_KEY: KEY }), /--label/);
  await assert.rejects(deploy(["--deployment", join(folder, "none.json")]), /none\.json/);
});

test("the compose file pins versions, opens ports on 127.0.0.1 only, hides the database, and limits queries alike", () => {
  interface Service {
    image: string;
    ports?: string[];
    environment?: Record<string, string>;
    healthcheck?: object;
  }
  const text = readFileSync(here("../../ops/docker-compose.yml"), "utf8");
  const { services, volumes } = parse(text) as { services: Record<string, Service>; volumes: object };
  assert.deepEqual(Object.keys(services).sort(), ["graph-node", "ipfs", "postgres"]);
  for (const [name, { image, ports = [] }] of Object.entries(services)) {
    assert.match(image, /^[a-z/-]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/, `${name} has a pinned version`);
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:\d+:\d+$/, `${name} listens here only`);
  }
  const { optionalDependencies } = JSON.parse(readFileSync(here("../../indexer/package.json"), "utf8")) as {
    optionalDependencies: Record<string, string>;
  };
  const local = optionalDependencies["@graphprotocol/gnd-linux-x64"];
  assert.equal(
    services["graph-node"]?.image,
    `graphprotocol/graph-node:v${local}`,
    "the same graph-node as on a laptop",
  );
  assert.equal(services.postgres?.ports, undefined);
  assert.deepEqual(Object.keys(volumes).sort(), ["ipfs", "postgres"]);
  const environment = services["graph-node"]?.environment ?? {};
  for (const [name, value] of Object.entries(QUERY_LIMITS)) assert.equal(environment[name], value, name);
  for (const secret of text.matchAll(/(?:pass|PASSWORD): *(\S+)/g)) assert.match(secret[1]!, /^"\$\{\w+:\?/);
});
