// The documented questions and client.query against the live index, and what becomes of it when a part of it dies.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { keccak256 } from "viem";
import { Folder } from "../../indexer/src/folder.ts";
import { DATABASE_USER } from "../../indexer/src/postgres.ts";
import { startChain } from "../../scripts/lib/devnet.ts";
import { SHARED_BUILDS, startLocalIndexer } from "../../scripts/lib/indexer.ts";
import { type AssayClient, AssayError, createAssayClient, isRevert } from "../../sdk/src/index.ts";
import { Random } from "../support/random.ts";
import { spec } from "./actions.ts";
import { ASY, type IndexedMarket, openIndexedMarket } from "./harness.ts";

const BIN = fileURLToPath(new URL("../../indexer/bin/assay-indexer.mjs", import.meta.url));
const JOBS = 7;
const dice = (random: Random) => (n: number) => random.below(n);
let market: IndexedMarket;
let client: AssayClient;
let job: `0x${string}`;

before(async () => {
  market = await openIndexedMarket();
  const [requester, provider] = market.people as [AssayClient, AssayClient];
  const random = dice(new Random(3));
  for (let i = 0; i < JOBS; i++) await requester.postJob({ spec: spec(random), price: BigInt(i + 1) * ASY });
  const open = await provider.listJobs({ status: "open" });
  job = open[0]!.id;
  await provider.claimJob({ terms: open[0]!.terms });
  client = indexed(requester);
  await catchUp();
});
after(() => market?.close());

function indexed({ publicClient, deployment }: AssayClient): AssayClient {
  return createAssayClient({ publicClient, deployment, index: { url: market.url } });
}

async function catchUp() {
  const block = await market.chain.publicClient.getBlockNumber({ cacheTime: 0 });
  return client.query.waitForBlock({ block });
}

function refuses(promise: Promise<unknown>, code: string, pattern = /./) {
  return assert.rejects(promise, (error) => {
    assert.ok(error instanceof AssayError && !isRevert(error), String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, pattern);
    return true;
  });
}

/** Questions of docs/queries.md with their variables. */
function documented(): { title: string; query: string; variables: Record<string, unknown> }[] {
  const text = readFileSync(new URL("../../docs/queries.md", import.meta.url), "utf8");
  const addressOf = (index: number) => market.people[index]!.walletClient!.account!.address.toLowerCase();
  const values: Record<string, string> = {
    $JOB: job,
    $ACCOUNT: addressOf(0),
    $PROVIDER: addressOf(1),
    $TOKEN: market.deployment.contracts.AssayToken.address.toLowerCase(),
  };
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [query, json] = [/```graphql\n([^`]+)```/, /```json\n([^`]+)```/].map(
        (pattern) => pattern.exec(section)?.[1],
      );
      assert.ok(query && json, `${section.split("\n")[0]} has a query and its variables`);
      const variables = JSON.parse(json.replace(/\$[A-Z]+/g, (name) => values[name] ?? name)) as Record<
        string,
        unknown
      >;
      return { title: section.split("\n")[0]!, query, variables };
    });
}

test("each documented question is answered", async () => {
  const questions = documented();
  assert.equal(questions.length, 11);
  const answers: Record<string, unknown>[] = [];
  for (const { title, query, variables } of questions) {
    const answer = await fetch(market.url, { method: "POST", body: JSON.stringify({ query, variables }) });
    const reply = (await answer.json()) as { data?: Record<string, unknown>; errors?: unknown };
    assert.equal(reply.errors, undefined, `${title}: ${JSON.stringify(reply.errors)}`);
    assert.ok(reply.data?._meta, `${title} says which block it is from`);
    answers.push(reply.data);
  }
  const open = answers[0]!.jobs as unknown[];
  assert.equal(open.length, JOBS - 1, "one is claimed");
  const { status, events } = answers[1]!.job as { status: string; events: { kind: string }[] };
  assert.deepEqual([status, ...events.map(({ kind }) => kind)], ["CLAIMED", "POSTED", "CLAIMED"]);
  assert.equal((answers[3]!.provider as { jobsClaimed: number }).jobsClaimed, 1);
  assert.ok(answers[5]!.tokenHolder);
  assert.ok((answers[9]!.parameters as unknown[]).length > 5);
});

test("every question of client.query is understood, and its answer decoded", async () => {
  const provider = market.people[1]!.walletClient!.account!.address;
  const token = market.deployment.contracts.AssayToken.address;
  const { query } = client;
  const answers = await Promise.all([
    query.jobs({ status: ["open", "claimed"], token, orderBy: "dearest" }),
    query.jobs({ provider }),
    query.providers({ minStake: 1n, orderBy: "score" }),
    query.disputes({ provider }),
    query.slashes({ provider }),
    query.proposals(),
    query.votes({ voter: provider, proposal: 1n }),
    query.delegations({ account: provider, provider }),
    query.balances({ token }),
  ]);
  assert.deepEqual(
    answers.slice(0, 3).map(({ items }) => items.length),
    [JOBS, 1, market.people.length],
  );
  assert.ok((await query.jobStats({ interval: "hour", token })).block.number > 0n);
  assert.equal((await query.protocol()).item?.jobs.posted, JOBS);
  assert.equal((await query.provider({ address: provider })).item?.jobsClaimed, 1);
  assert.equal((await query.job({ id: keccak256("0x00") })).item, undefined);
});

test("pages hold every job once, dearest first, and an open job's terms can be claimed", async () => {
  const seen: bigint[] = [];
  for await (const page of client.query.pagesOf((after) =>
    client.query.jobs({ orderBy: "dearest", first: 3, after }),
  )) {
    seen.push(...page.items.map(({ maxPrice }) => maxPrice));
    await market.people[2]!.deposit({ amount: 1n });
  }
  assert.deepEqual(
    seen,
    Array.from({ length: JOBS }, (_, i) => BigInt(JOBS - i) * ASY),
  );
  await catchUp();
  const { items, block } = await client.query.openJobs({ now: 0, first: 2 });
  await market.people[2]!.claimJob({ terms: items[0]!.terms });
  await refuses(client.query.openJobs({ now: 0, minBlock: block.number + 1_000n }), "SDK-063");
});

test("a query that is too deep, too wide or no query at all is refused with the reason", async () => {
  const meta = "_meta { block { number hash timestamp } hasIndexingErrors }";
  const deep = `${"{ provider { jobs(first: 1) ".repeat(9)}{ id }${" } }".repeat(9)}`;
  await refuses(client.query.ask({ query: `{ jobs(first: 1) ${deep} ${meta} }` }), "SDK-062");
  const wide = "{ id provider { jobs(first: 1000) { events(first: 1000) { id } } } }";
  await refuses(client.query.ask({ query: `{ jobs(first: 1000) ${wide} ${meta} }` }), "SDK-062");
  await refuses(client.query.ask({ query: `{ jobs(first: 1001) { id } ${meta} }` }), "SDK-062");
  await refuses(client.query.ask({ query: "{ nonsense" }), "SDK-062");
  await refuses(client.query.ask({ query: `{ ${"x".repeat(70_000)} }` }), "SDK-062", /65536 bytes/);
  assert.equal((await client.query.protocol()).item?.jobs.posted, JOBS, "it goes on answering");
});

test("a taken port, another indexer on the folder and a deployment of another chain are refused with a code", async () => {
  const { chain, folder, deployment } = market;
  const up = (dataDir: string, port = 0, deploymentPath = join(folder, "deployment.json"), rpcUrl = chain.url) =>
    startLocalIndexer({ rpcUrl, deploymentPath, dataDir, port, env: { ASSAY_INDEXER_OPEN_PORTS: "1" } });
  const port = Number(new URL(market.url).port);
  await assert.rejects(up(join(folder, "other"), port), /IX-008[\s\S]*EADDRINUSE/);
  await assert.rejects(up(join(folder, "indexer")), /IX-009/);
  await assert.rejects(up(join(folder, "other"), 0, join(folder, "none.json")), /IX-014/);
  await assert.rejects(up(join(folder, "other"), 0, undefined, "http://127.0.0.1:1"), /IX-010/);
  assert.ok(deployment);
});

for (const [what, method, answer, code] of [
  ["without block 0", /eth_getBlockByNumber.*"0x0"/, { result: null }, /IX-010[\s\S]*whole history/],
  [
    "that is pruned",
    /eth_getLogs/,
    { error: { code: -32_000, message: "pruned" } },
    /IX-020[\s\S]*pruned[\s\S]*archive/,
  ],
] as const) {
  test(`an endpoint ${what} is refused before anything is indexed`, async () => {
    const pruned = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
      const body = Buffer.concat(parts).toString();
      if (method.test(body)) {
        const { id } = JSON.parse(body) as { id: number };
        response.end(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
        return;
      }
      response.end(await (await fetch(market.chain.url, { method: "POST", body })).text());
    });
    await new Promise<void>((resolve) => pruned.listen(0, "127.0.0.1", resolve));
    try {
      const rpcUrl = `http://127.0.0.1:${(pruned.address() as { port: number }).port}`;
      const options = { deploymentPath: market.deploymentPath, dataDir: join(market.folder, "pruned") };
      await assert.rejects(startLocalIndexer({ rpcUrl, ...options }), code);
    } finally {
      pruned.close();
    }
  });
}

test("addresses at which nothing is deployed are refused before anything is indexed", async () => {
  const deployment = structuredClone(market.deployment) as { contracts: Record<string, { address: string }> };
  deployment.contracts.JobMarketplace!.address = "0x00000000000000000000000000000000000000aa";
  const deploymentPath = join(market.folder, "nowhere.json");
  writeFileSync(deploymentPath, JSON.stringify(deployment));
  const options = { rpcUrl: market.chain.url, deploymentPath, dataDir: join(market.folder, "nowhere") };
  await assert.rejects(startLocalIndexer(options), /IX-011[\s\S]*nothing at 0x0{38}aa/i);
});

test("a full disk is named, and nothing half-made is taken for a database", async () => {
  const folder = join(market.folder, "full");
  const up = `mount -t tmpfs -o size=24m none "$1" && exec "$2" "$3" up --data-dir "$1" --builds "$4" --rpc-url "$5" --deployment "$6"`;
  mkdirSync(folder);
  const args = ["-c", up, "sh", folder, process.execPath, BIN, SHARED_BUILDS, market.chain.url, market.deploymentPath];
  const user = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  const { error, stderr } = await new Promise<{ error: { code?: unknown } | null; stderr: string }>((resolve) =>
    execFile("unshare", [...user, "--mount", "sh", ...args], (error, _, stderr) => resolve({ error, stderr })),
  );
  assert.equal(error?.code, 1, stderr);
  assert.match(stderr, /IX-004[\s\S]*No space left on device[\s\S]*free some disk/);
});

test("a log that cannot be written any more ends the indexer with the reason, whatever else still has room", async () => {
  const dataDir = join(market.folder, "speechless");
  mkdirSync(dataDir);
  symlinkSync("/dev/full", join(dataDir, "graph-node.log"));
  const folders = ["--data-dir", dataDir, "--builds", SHARED_BUILDS];
  const args = ["up", ...folders, "--rpc-url", market.chain.url, "--deployment", market.deploymentPath, "--port", "0"];
  const { error, stderr } = await new Promise<{ error: { code?: unknown } | null; stderr: string }>((resolve) =>
    execFile(process.execPath, [BIN, ...args], (error, _, stderr) => resolve({ error, stderr })),
  );
  assert.equal(error?.code, 75, stderr);
  assert.match(stderr, /IX-019[\s\S]*graph-node\.log: ENOSPC[\s\S]*free some disk/);
});

test("status tells the block, and deploy hands over what is built already without losing a block", async () => {
  const cli = async (...words: string[]) => {
    const { stdout } = await promisify(execFile)(process.execPath, [BIN, ...words, "--json"]);
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const here = ["--data-dir", join(market.folder, "indexer")];
  const source = ["--deployment", market.deploymentPath, "--builds", SHARED_BUILDS];
  const before = await cli("status", ...here);
  assert.equal(before.url, market.url);
  assert.ok(Number(before.block) > 0 && before.error === undefined, JSON.stringify(before));
  const { manifest } = await cli("deploy", ...here, ...source);
  assert.match(String(manifest), /[0-9a-f]{32}.subgraph\.yaml$/);
  assert.ok(Number((await cli("status", ...here)).block) >= Number(before.block), "nothing is indexed again");
  await assert.rejects(cli("deploy", "--data-dir", join(market.folder, "none"), ...source), /IX-015/);
});

test("the newest jobs in a state stand side by side in an index of the database, which a deployment sets up", async () => {
  const dataDir = join(market.folder, "indexer");
  const { host, name } = new Folder(dataDir).running()!.database!;
  const database = new pg.Client({ host, user: DATABASE_USER, database: name });
  await database.connect();
  try {
    const found = async () => {
      const indexes =
        "select schemaname, indexname from pg_indexes where indexdef like '%.job USING btree (status, posted_at, id)'";
      return (await database.query<{ schemaname: string; indexname: string }>(indexes)).rows;
    };
    const [index] = await found();
    assert.ok(index, "started, the indexer has made it");
    await database.query(`drop index ${index.schemaname}.${index.indexname}`);
    const where = ["--data-dir", dataDir, "--deployment", market.deploymentPath, "--builds", SHARED_BUILDS];
    await promisify(execFile)(process.execPath, [BIN, "deploy", ...where]);
    assert.deepEqual(await found(), [index]);
  } finally {
    await database.end();
  }
});

/** A process that descends from the indexer and runs `program`. */
function partOf(program: string): number {
  const processes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [, command = "", parent] = /^\d+ \((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, "utf8"))!;
        return [{ pid: Number(name), command, parent: Number(parent) }];
      } catch {
        return [];
      }
    });
  const family = new Set([market.indexer.pid]);
  for (const { pid, parent } of [...processes, ...processes]) if (family.has(parent)) family.add(pid);
  return processes.find(({ pid, command }) => family.has(pid) && command === program)!.pid;
}

const databaseOf = () =>
  Number(readFileSync(join(market.folder, "indexer", "postgres", "cluster", "postmaster.pid"), "utf8").split("\n")[0]);

for (const [name, pid] of [
  ["PostgreSQL", databaseOf],
  ["graph-node", () => partOf("gnd")],
] as const) {
  test(`when ${name} dies the indexer ends with a reason, and goes on where it was when started again`, async () => {
    process.kill(pid(), "SIGKILL");
    const { code } = await market.indexer.exited;
    assert.equal(code, 75, "trying again helps");
    assert.match(market.indexer.tail.join("\n"), /IX-012[\s\S]*(PostgreSQL|graph-node) ended/);
    await refuses(client.query.protocol(), "SDK-061");
    await market.startIndexer();
    client = indexed(market.people[0]!);
    await market.people[3]!.deposit({ amount: 1n });
    await catchUp();
    assert.equal((await client.query.job({ id: job })).item?.status, "CLAIMED");
  });
}

test("a chain that was started afresh ends the indexer with a reason", async () => {
  await market.chain.process.stop();
  const afresh = await startChain(Number(new URL(market.chain.url).port));
  market.chain.process = afresh.process;
  const { code } = await market.indexer.exited;
  assert.equal(code, 75, "trying again helps: each chain has an index of its own");
  assert.match(market.indexer.tail.join("\n"), /IX-013[\s\S]*each chain/);
});
