// The command line as a program of its own, against a governed protocol on a local chain.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { getAddress, parseAbi } from "viem";
import { configPath, loadConfig } from "../../scripts/deploy/config.ts";
import { handover } from "../../scripts/deploy/handover.ts";
import { deployLocally, type LocalChain, startChain } from "../../scripts/lib/devnet.ts";
import { CLOCKS, governedConfig } from "../support/governed.ts";
import { readBuild } from "../support/world.ts";

const SCRIPT = fileURLToPath(new URL("../../cli/bin/assay.mjs", import.meta.url));
const UNIT = 10n ** 18n;
const VOTER = 1;
const PROVIDER = 2;

let chain: LocalChain;
let dir: string;
let deployment: string;

before(async () => {
  chain = await startChain();
  dir = mkdtempSync(join(tmpdir(), "assay-cli-"));
  deployment = join(dir, "31337.json");
  const { referee: _, ...config } = loadConfig(configPath("local"));
  await deployLocally(chain, deployment, config);
  const { abi, bytecode } = readBuild("mocks/Council.sol");
  const hash = await chain.wallet(0).deployContract({ abi, bytecode });
  const council = (await chain.publicClient.waitForTransactionReceipt({ hash })).contractAddress!;
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
    const word = (digit: string) => `0x${digit.repeat(64)}`;
    const job = {
      spec: {
        programHash: word("1"),
        dataRoot: word("2"),
        initState: word("3"),
        inputs: word("4"),
        steps: 100,
        segmentLength: 32,
        outIdx: 2,
        stateCount: 3,
        rulesVersion: 1,
        refSeconds: 60,
      },
      price: { min: "1", max: "2.5", length: 600 },
      claimBy: Number((await chain.publicClient.getBlock()).timestamp) + 100_000,
    };
    const file = join(dir, "job.json");
    writeFileSync(file, JSON.stringify(job));
    const { id, deposited } = await json(["job", "post", file], VOTER);
    assert.equal(deposited, "2.5 ASY");
    const shown = await json(["job", "status", id as string]);
    assert.equal(shown.status, "open");
    const eligible = await json(["job", "eligible", id as string, address(PROVIDER)]);
    assert.deepEqual([eligible.eligible, eligible.reasons], [true, []]);
    const stranger = await assay(["job", "eligible", id as string, address(5)]);
    assert.match(stranger.stdout, /not eligible\n {2}the bond is/);
    await json(["job", "cancel", id as string], VOTER);
    assert.equal((await json(["job", "status", id as string])).status, "cancelled");
    writeFileSync(file, JSON.stringify({ ...job, price: 5 }));
    const wrong = await assay(["job", "post", file], { key: VOTER });
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /CLI-003[\s\S]*price/);
  });

  test("a proposal from a file: simulated, proposed, voted for, queued, executed, GOV-40", async () => {
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
    assert.match((await assay(["gov", "simulate", id])).stdout, /StakingManager\.thawPeriod: 3600 -> 5000/);
    assert.equal((await json(["gov", "show", id])).state, "pending");
    await pass(CLOCKS.votingDelay + 1);
    const cannot = await assay(["gov", "show", id, "--account", address(5)]);
    assert.match(cannot.stdout, /you cannot vote: the account had no votes/);
    await json(["gov", "vote", id, "for", "--reason", "people are slow"], VOTER);
    const twice = await assay(["gov", "vote", id, "for", "--dry-run"], { key: VOTER });
    assert.deepEqual([twice.code, /has voted on this proposal already/.test(twice.stderr)], [1, true]);
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
      [["nonsense"], {}, 1, /unknown command/],
    ];
    const runs = await Promise.all(cases.map(([args, env]) => assay(args, { env })));
    for (const [index, [args, , code, message]] of cases.entries()) {
      const run = runs[index]!;
      assert.equal(run.code, code, `${args.join(" ")}: ${run.stderr}`);
      assert.match(run.stderr, message);
    }
  });
});
