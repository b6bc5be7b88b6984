// The command line as a program of its own, against a governed protocol on a local chain.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { type Address, getAddress, parseAbi } from "viem";
import { program } from "../../cli/src/cli.ts";
import { handover } from "../../scripts/deploy/handover.ts";
import { deployLocally, type LocalChain, startChain } from "../../scripts/lib/devnet.ts";
import { jobMarketplaceAbi, parseDeployment } from "../../sdk/src/index.ts";
import { CLOCKS, governedConfig } from "../support/governed.ts";
import { readBuild } from "../support/world.ts";

const SCRIPT = fileURLToPath(new URL("../../cli/bin/assay.mjs", import.meta.url));
const UNIT = 10n ** 18n;
const VOTER = 1;
const PROVIDER = 2;

let chain: LocalChain;
let dir: string;
let deployment: string;
/** A payment token with 6 decimals. */
let dollarToken: Address;

before(async () => {
  chain = await startChain();
  dir = mkdtempSync(join(tmpdir(), "assay-cli-"));
  deployment = join(dir, "31337.json");
  await deployLocally(chain, deployment, { referee: undefined });
  const council = await create("mocks/Council.sol");
  dollarToken = await create("mocks/DecimalsToken.sol", [6]);
  const market = parseDeployment(JSON.parse(readFileSync(deployment, "utf8"))).contracts.JobMarketplace.address;
  const listing = { abi: jobMarketplaceAbi, address: market, functionName: "configureToken" } as const;
  await chain.wallet(0).writeContract({ ...listing, args: [dollarToken, true, 250, 10n * UNIT] });
  const minting = parseAbi(["function mint(address to, uint256 amount)"]);
  const mint = { abi: minting, address: dollarToken, functionName: "mint" } as const;
  await chain.wallet(0).writeContract({ ...mint, args: [chain.wallet(VOTER).account.address, 10n ** 9n] });
  const parts = { publicClient: chain.publicClient, walletClient: chain.wallet(0) };
  const done = await handover({ ...parts, config: governedConfig(council, council), path: deployment });
  const { address } = done.deployment.contracts.AssayToken!;
  for (const [index, amount] of [
    [VOTER, 10_000_000n],
    [PROVIDER, 10_000n],
  ] as const) {
    await chain.wallet(0).writeContract({
      abi: parseAbi(["function transfer(address to, uint256 amount) returns (bool)"]),
      address,
      functionName: "transfer",
      args: [chain.wallet(index).account.address, amount * UNIT],
    });
  }
});
after(async () => {
  await chain?.process.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function create(source: string, args: readonly unknown[] = []): Promise<Address> {
  const { abi, bytecode } = readBuild(source);
  const hash = await chain.wallet(0).deployContract({ abi, bytecode, args: args as unknown[] });
  return (await chain.publicClient.waitForTransactionReceipt({ hash })).contractAddress!;
}

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the program with the key of a test account. */
function assay(
  args: readonly string[],
  { key, env = {} }: { key?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [SCRIPT, ...args], {
      cwd: dir,
      env: {
        PATH: process.env.PATH,
        ASSAY_RPC_URLS: chain.url,
        ASSAY_DEPLOYMENT: deployment,
        ...(key === undefined ? {} : { ASSAY_PRIVATE_KEY: chain.key(key) }),
        ...env,
      },
    });
    const run: Run = { code: null, stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => {
      run.stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      run.stderr += chunk;
    });
    child.on("close", (code) => resolve({ ...run, code }));
  });
}

/** The result of a command that must succeed, as JSON. */
async function json(args: readonly string[], key?: number): Promise<Record<string, unknown>> {
  const run = await assay([...args, "--json"], key === undefined ? {} : { key });
  assert.equal(run.code, 0, `${args.join(" ")}: ${run.stderr}`);
  return JSON.parse(run.stdout);
}

const address = (index: number) => getAddress(chain.wallet(index).account.address);
const blockNumber = () => chain.publicClient.getBlockNumber({ cacheTime: 0 });
const nonce = (index: number) => chain.publicClient.getTransactionCount({ address: address(index) });

/** Writes a file of JSON and tells where. */
function write(name: string, content: unknown): string {
  const file = join(dir, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

/** A job at a fixed price of 3 ASY. */
async function jobFile(fields: object): Promise<object> {
  const word = (digit: string) => `0x${digit.repeat(64)}`;
  const hashes = { programHash: word("1"), dataRoot: word("2"), initState: word("3"), inputs: word("4") };
  const shape = { steps: 100, segmentLength: 32, outIdx: 2, stateCount: 3, rulesVersion: 1, refSeconds: 60 };
  const claimBy = Number((await chain.publicClient.getBlock()).timestamp) + 100_000;
  return { spec: { ...hashes, ...shape }, price: "3", claimBy, ...fields };
}

async function pass(seconds: number): Promise<void> {
  await chain.testClient.increaseTime({ seconds });
  await chain.testClient.mine({ blocks: 1 });
}

describe("assay", () => {
  test("stake behind a provider: in, seen, asked back; a dry run sends nothing", async () => {
    await json(["stake", "1000"], PROVIDER);
    const before = await nonce(VOTER);
    const dry = await json(["delegate", address(PROVIDER), "500", "--dry-run", "--account", address(VOTER)]);
    assert.deepEqual(
      (dry.calls as { label: string; simulated: boolean }[]).map(({ label, simulated }) => [label, simulated]),
      [
        ["ERC20.approve", true],
        ["DelegationPools.delegateStake", false],
      ],
    );
    assert.equal(await nonce(VOTER), before);
    await json(["delegate", address(PROVIDER), "500"], VOTER);
    const account = await json(["account", address(VOTER)]);
    assert.equal((account.delegations as { assets: string }[])[0]!.assets, String(500n * UNIT));
    await json(["undelegate", address(PROVIDER), "all"], VOTER);
    const early = await assay(["withdraw", address(PROVIDER)], { key: VOTER });
    assert.equal(early.code, 75, early.stderr);
    assert.match(early.stderr, /SDK-030[\s\S]*found:[\s\S]*wanted:[\s\S]*do:/);
  });

  test("a job is posted from a file, looked at, explained and cancelled", async () => {
    const price = { min: "1", max: "2.5", length: 600 };
    const file = write("job.json", await jobFile({ price }));
    const { id, deposited } = await json(["job", "post", file], VOTER);
    assert.equal(deposited, "2.5 ASY");
    const shown = await json(["job", "status", id as string]);
    assert.equal(shown.status, "open");
    const [eligible, stranger] = await Promise.all([
      json(["job", "eligible", id as string, address(PROVIDER)]),
      assay(["job", "eligible", id as string, address(5)]),
    ]);
    assert.deepEqual([eligible.by, eligible.eligible, eligible.reasons], ["claim", true, []]);
    assert.match(stranger.stdout, /not eligible\n {2}the bond is/);
    await json(["job", "cancel", id as string], VOTER);
    assert.equal((await json(["job", "status", id as string])).status, "cancelled");
    const wrong = await assay(["job", "post", write("wrong.json", await jobFile({ price: 5 }))], { key: VOTER });
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /CLI-003[\s\S]*price/);
  });

  test("a list of jobs is one transaction; what they ask of providers is posted and shown, JOB-44, JOB-18", async () => {
    const demands = { stake: "2000", reputation: 2600, capabilities: ["training", "webgpu"], memoryGiB: 12 };
    const file = write("jobs.json", [await jobFile({}), await jobFile({ demands, provider: address(PROVIDER) })]);
    const before = await nonce(VOTER);
    const dry = await json(["job", "post", file, "--dry-run"], VOTER);
    assert.equal((dry.calls as { label: string }[]).at(-1)!.label, "JobMarketplace.deposit");
    assert.equal(await nonce(VOTER), before);
    const posted = await json(["job", "post", file], VOTER);
    const ids = posted.ids as string[];
    assert.equal(ids.length, 2);
    const { stdout } = await assay(["job", "status", ids[1]!]);
    assert.match(
      stdout,
      /price {6}3 ASY\n[\s\S]*asks for {3}2000 ASY of own stake, a score of 2600, training, webgpu, 16 GiB/,
    );
    const why = await assay(["job", "eligible", ids[1]!, address(PROVIDER)]);
    assert.match(why.stdout, /not eligible[\s\S]*own stake[\s\S]*training, webgpu[\s\S]*16 GiB[\s\S]*score of 2600/);
  });

  test("prices in another token, by its decimals, and in dollars; nobody pays in what is not listed, USD-01", async () => {
    const token = dollarToken;
    const price = { dollars: "3.50", max: "4" };
    const file = write("tokens.json", [await jobFile({ token, price: "1.25" }), await jobFile({ token, price })]);
    const { ids, deposited } = await json(["job", "post", file], VOTER);
    assert.equal(deposited, `5.25 of ${getAddress(token)}`);
    const [first, second] = await Promise.all((ids as string[]).map((id) => assay(["job", "status", id])));
    assert.match(first!.stdout, new RegExp(`price {6}1.25 of ${token}\n`, "i"));
    assert.match(second!.stdout, new RegExp(`price {6}3.5 dollars, at most 4 of ${token}\n`, "i"));
    const precise = write("precise.json", await jobFile({ token, price: "1.2345678" }));
    const strange = write("strange.json", await jobFile({ token: address(9) }));
    const refused = await Promise.all([precise, strange].map((path) => assay(["job", "post", path], { key: VOTER })));
    assert.match(refused[0]!.stderr, /CLI-003[\s\S]*at most 6 decimals/);
    assert.match(refused[1]!.stderr, /CLI-007[\s\S]*no token at/);
  });

  test("what one has is paid out: balance, stake, fees; rounds of grants are shown", async () => {
    const [rounds, out, thaw, fees, vote] = await Promise.all([
      assay(["grants", "show"]),
      json(["balance", "withdraw", "0.25", "--token", dollarToken, "--dry-run", "--account", address(5)]).catch(String),
      json(["unstake", "1"], PROVIDER),
      assay(["fees", address(PROVIDER), "--dry-run", "--account", address(VOTER)]),
      assay(["grants", "vote", "0", "0", "1", "--dry-run", "--account", address(VOTER)]),
    ]);
    assert.equal(rounds.stdout, "no rounds\n");
    assert.match(String(out), /SDK-030[\s\S]*found/);
    const [sent] = thaw.transactions as { events: { eventName: string; args: { amount: string } }[] }[];
    assert.equal(sent!.events.find(({ eventName }) => eventName === "ThawRequested")!.args.amount, String(UNIT));
    assert.match(fees.stderr, /SDK-030/);
    assert.match(vote.stderr, /SDK-030[\s\S]*round/);
  });

  test("an order: signed without gas, claimed, taken back one by one and all at once, ORD-01 to ORD-03", async () => {
    const file = write("order-job.json", await jobFile({}));
    const order = (name: string) => join(dir, name);
    await json(["balance", "deposit", "9"], VOTER);
    const before = await nonce(VOTER);
    const signing = ["a", "b", "c"].map((name, index) =>
      json(["job", "order", "sign", file, "--lane", String(40 + index), "--out", order(`${name}.json`)], VOTER),
    );
    for (const signed of await Promise.all(signing)) assert.match(String(signed.signature), /^0x[0-9a-f]{130}$/);
    assert.equal(await nonce(VOTER), before, "signing sends nothing");
    const again = await assay(["job", "order", "sign", file, "--out", order("a.json")], { key: VOTER });
    assert.match(again.stderr, /CLI-006/);
    const { id } = await json(["job", "order", "claim", order("a.json")], PROVIDER);
    const { stdout } = await assay(["job", "status", id as string]);
    assert.match(stdout, new RegExp(`claimed[\\s\\S]*provider {3}${address(PROVIDER)}.*for 3 ASY`));
    await json(["job", "order", "cancel", order("b.json")], VOTER);
    await json(["job", "order", "revoke"], VOTER);
    writeFileSync(order("d.json"), readFileSync(order("c.json"), "utf8").replace(/"chainId": \d+/, '"chainId": 1'));
    const claims = ["b", "c", "d"].map((name) =>
      assay(["job", "order", "claim", order(`${name}.json`), "--dry-run"], { key: PROVIDER }),
    );
    const [late, gone, foreign] = await Promise.all(claims);
    assert.match(late!.stderr, /SDK-030/);
    assert.match(gone!.stderr, /SDK-030[\s\S]*sign/);
    assert.match(foreign!.stderr, /CLI-003[\s\S]*chain 1/);
  });

  test("bids: placed, shown, and one that was only signed is awarded by the requester, BID-03, BID-07", async () => {
    const price = { max: "4", bidding: 600, weights: { price: 2, stake: 1 } };
    const { id } = await json(["job", "post", write("bids.json", await jobFile({ price }))], VOTER);
    const job = id as string;
    await json(["job", "bid", job, "3.5"], PROVIDER);
    const shown = await assay(["job", "bids", job]);
    assert.match(shown.stdout, new RegExp(`${address(PROVIDER)} 3.5 ASY, score \\d+ of 1e9\\n {2}stands: `));
    const early = await assay(["job", "award", job, "--dry-run"], { key: PROVIDER });
    assert.match(early.stderr, /SDK-030/, "nobody else while bids are taken");
    const file = join(dir, "bid.json");
    await json(["job", "bid", job, "2", "--out", file], PROVIDER);
    assert.equal(((await json(["job", "bids", job])).bids as unknown[]).length, 1, "a signed bid is not placed");
    await json(["job", "award", job, "--bid", file], VOTER);
    const claimed = await json(["job", "status", job]);
    assert.deepEqual([claimed.status, (claimed as { price: string }).price.slice(0, 9)], ["claimed", "200000000"]);
  });

  test("go-livepeer #2875: a proposal from a file, simulated, proposed, voted for, queued, executed, GOV-40", async () => {
    await json(["gov", "delegate", address(VOTER)], VOTER);
    await pass(2);
    const file = join(dir, "proposal.json");
    const calls = [{ contract: "StakingManager", function: "setThawPeriod", args: [5000] }];
    writeFileSync(file, JSON.stringify({ description: "a longer thaw\nbecause", calls }));
    const height = await blockNumber();
    const simulated = await json(["gov", "simulate", file]);
    assert.equal(simulated.failure, null);
    assert.ok(BigInt(simulated.blockNumber as string) >= height, "on top of the newest block");
    assert.deepEqual(simulated.parameters, [{ name: "StakingManager.thawPeriod", before: "3600", after: "5000" }]);
    const { proposalId } = await json(["gov", "propose", file], VOTER);
    const id = proposalId as string;
    assert.equal((await json(["gov", "show", id])).state, "pending");
    assert.match((await assay(["gov", "simulate", id])).stdout, /StakingManager\.thawPeriod: 3600 -> 5000/);
    await pass(CLOCKS.votingDelay + 1);
    const cannot = await assay(["gov", "show", id, "--account", address(5)]);
    assert.match(cannot.stdout, /you cannot vote: the account had no votes/);
    await json(["gov", "vote", id, "for", "--reason", "people are slow"], VOTER);
    const twice = await assay(["gov", "vote", id, "for", "--dry-run"], { key: VOTER });
    assert.deepEqual([twice.code, /has voted on this proposal already/.test(twice.stderr)], [1, true]);
    const history = await assay(["gov", "votes", id]);
    assert.match(history.stdout, new RegExp(`^${address(VOTER)} {2}for with \\S+ ASY: people are slow\n$`));
    await pass(CLOCKS.votingPeriod + 1);
    await json(["gov", "queue", id], PROVIDER);
    await pass(CLOCKS.timelockDelay + 1);
    await json(["gov", "execute", id], PROVIDER);
    const list = await assay(["gov", "list", "--state", "executed"]);
    assert.match(list.stdout, new RegExp(`^executed {2}${id} {2}a longer thaw\n$`));
    assert.ok((await blockNumber()) > height);
    assert.equal((await json(["account", address(VOTER)])).account, address(VOTER));
  });

  test("a proposal that would fail is told so, and is exit code 1; wrong files name the field", async () => {
    const file = join(dir, "bad.json");
    const write = (calls: unknown) => writeFileSync(file, JSON.stringify({ description: "bad", calls }));
    write([{ contract: "StakingManager", function: "setThawPeriod", args: ["90000"] }]);
    const failing = await assay(["gov", "simulate", file]);
    assert.deepEqual(
      [failing.code, /It would fail: SDK-030/.test(failing.stdout)],
      [1, true],
      failing.stdout + failing.stderr,
    );
    const cases: [calls: unknown, message: RegExp][] = [
      [[{ contract: "Nobody", function: "x", args: [] }], /the contract Nobody/],
      [[{ contract: "StakingManager", function: "setThaw", args: [1] }], /setThaw with 1 arguments/],
      [[{ contract: "StakingManager", function: "setThawPeriod", args: ["soon"] }], /arguments of setThawPeriod/],
      [[], /calls/],
    ];
    for (const [calls, message] of cases) {
      write(calls);
      const run = await assay(["gov", "propose", file, "--dry-run", "--account", address(VOTER)]);
      assert.equal(run.code, 1);
      assert.match(run.stderr, /CLI-003/);
      assert.match(run.stderr, message);
    }
  });

  test("bad input and absent chains: exit codes 1 and 75, in four lines", async () => {
    const cases: [args: string[], env: NodeJS.ProcessEnv, code: number, message: RegExp][] = [
      [["account"], {}, 1, /CLI-005/],
      [["account", "0x12"], {}, 1, /CLI-004/],
      [["stake", "1"], {}, 1, /DK-014/],
      [["gov", "show", "7"], {}, 1, /SDK-025/],
      [["gov", "show", "7"], { ASSAY_RPC_URLS: "http://127.0.0.1:9" }, 75, /DK-040/],
      [["gov", "list"], { ASSAY_DEPLOYMENT: "nowhere.json" }, 1, /CLI-002/],
      [["relay", "list"], {}, 1, /CLI-008[\s\S]*no satellite's deployment file[\s\S]*--satellite-deployment/],
      [
        ["relay", "list"],
        { ASSAY_SATELLITE_DEPLOYMENT: "31338.json" },
        1,
        /CLI-008[\s\S]*no endpoint of the satellite/,
      ],
      [["relay", "list"], { ASSAY_RELAY_ENVIRONMENT: "moon" }, 1, /relayEnvironment[\s\S]*mainnet/],
      [["nonsense"], {}, 1, /unknown command/],
    ];
    const runs = await Promise.all(cases.map(([args, env]) => assay(args, { env })));
    for (const [index, [args, , code, message]] of cases.entries()) {
      const run = runs[index]!;
      assert.equal(run.code, code, `${args.join(" ")}: ${run.stderr}`);
      assert.match(run.stderr, message);
    }
  });

  test("every command says what it takes; every one that sends can be rehearsed", () => {
    const leaves = (group: Command): Command[] =>
      group.commands.length === 0 ? [group] : group.commands.flatMap(leaves);
    const reads = new Set(["account", "status", "eligible", "bids", "list", "show", "simulate", "votes", "explain"]);
    const all = leaves(program({}));
    assert.ok(all.length >= 30, `${all.length}`);
    for (const one of all) {
      const help = one.helpInformation();
      assert.match(help, /--json/, one.name());
      assert.ok(one.description().length > 10, one.name());
      assert.equal(/--dry-run/.test(help), !reads.has(one.name()), one.name());
      for (const { description } of one.registeredArguments) assert.ok(description, `${one.name()}: arguments`);
    }
  });
});
