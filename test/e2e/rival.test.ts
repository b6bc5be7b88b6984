// What succeeds again when somebody else has done it: a rival does each such deed in the moment before the keeper signs it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  type Address,
  type ContractFunctionArgs,
  decodeFunctionData,
  encodeFunctionData,
  type Hex,
  hexToBigInt,
  keccak256,
  parseEther,
  size,
} from "viem";
import { RELAYER } from "../../scripts/lib/two-chains.ts";
import { finalizableAt, jobHubAbi, POLICY, type RemoteClient, type Side } from "../../sdk/src/index.ts";
import { SPEC } from "./many-jobs.ts";
import { ASY, openPair, type Pair, runAtHome } from "./relay-harness.ts";
import { type Call, type RpcProxy, startRpcProxy } from "./rpc-proxy.ts";
import { functionNameOf } from "./wasted.ts";

const [USER, PROVIDER, HOT, RIVAL] = [1, 2, 12, 15] as const;
const AFTER_SECONDS = 3_600;
/** Deeds that no contract refuses a second time, by the names of their functions. */
const REPEATABLE = ["approveMessages", "report", "acknowledge", "addNativeGas", "(payment)"];
const SIDES: readonly Side[] = ["home", "satellite"];
let pair: Pair;
let user: RemoteClient;
const proxies: RpcProxy[] = [];
const me = () => pair.home.wallet(USER).account.address;
const hot = () => pair.home.wallet(HOT).account.address;
const coinOfHot = () => pair.home.publicClient.getBalance({ address: hot() });

before(async () => {
  pair = await openPair();
  user = pair.remote(USER);
  await pair.give(me(), ASY("1000"));
  await pair.give(pair.home.wallet(PROVIDER).account.address, ASY("2000"));
  await pair.client(PROVIDER).stake({ amount: ASY("2000") });
  for (const side of SIDES) {
    const proxy = await startRpcProxy(
      pair[side].url,
      () => "forward",
      (call) => call,
      (call) => forestall(side, call),
    );
    proxies.push(proxy);
    pair.relayUrls[side] = proxy.url;
  }
  await pair.startRelay({
    ASSAY_KEEPER_AXELAR_RECOVERY__ENABLED: "true",
    ASSAY_KEEPER_AXELAR_RECOVERY__ENVIRONMENT: "local",
    ASSAY_KEEPER_AXELAR_RECOVERY__AFTER_SECONDS: String(AFTER_SECONDS),
    ASSAY_KEEPER_AXELAR_RECOVERY__SPREAD_SECONDS: "0",
    ASSAY_KEEPER_TOPUP__ENABLED: "true",
    ASSAY_KEEPER_TOPUP__SPREAD_SECONDS: "0",
    ASSAY_KEEPER_TOPUP__ACCOUNTS: hot(),
    ASSAY_KEEPER_TOPUP__LOW: "10001",
    ASSAY_KEEPER_TOPUP__HIGH: "10002",
    ASSAY_KEEPER_TOPUP__PER_DAY: "5",
  });
});
after(async () => {
  await pair?.close();
  await Promise.all(proxies.map((proxy) => proxy.close()));
});

test("what somebody else does right before the keeper signs it is not done again, and all goes on", async () => {
  await pair.until("the hot account is filled up", async () => (await coinOfHot()) >= parseEther("10002"));
  await user.bridge.transfer({ from: "home", amount: ASY("300") });
  await pair.until("it has arrived", async () => (await pair.balance("satellite", me())) === ASY("300"));
  await refusedJob();
  await remoteJob();
  await user.bridge.transfer({ from: "home", amount: ASY("7"), fee: 1n });
  await pair.pass(AFTER_SECONDS + 1);
  await pair.until("what was stuck has arrived", async () => (await pair.balance("satellite", me())) === ASY("297"));
  assert.deepEqual(new Set(await sentBy(RIVAL)), new Set(REPEATABLE), "the rival has done each of them");
  assert.deepEqual(
    (await sentBy(RELAYER)).filter((name) => REPEATABLE.includes(name)),
    [],
    "the keeper none of them again",
  );
  assert.equal(await coinOfHot(), parseEther("10002"));
  const messages = await Promise.all(SIDES.map((side) => approvals(side)));
  assert.ok(messages.every(({ sent, approved }) => sent === approved));

  // who tells of another output has not told the result
  lying = true;
  await remoteJob();
  assert.deepEqual(
    (await sentBy(RELAYER)).filter((name) => REPEATABLE.includes(name)),
    ["report"],
  );
});

/** Does what the keeper has simulated and is about to sign, once. */
async function forestall(side: Side, { method, params }: Call): Promise<undefined> {
  if (method !== "eth_estimateGas") return;
  const { to, data = "0x", value = "0x0" } = params[0] as { to: Address; data?: Hex; value?: Hex };
  if (!REPEATABLE.includes(functionNameOf(data))) return;
  if (seen.has(`${side}${to}${data}${value}`)) return;
  seen.add(`${side}${to}${data}${value}`);
  const told = lying && functionNameOf(data) === "report" ? withOtherOutput(data) : data;
  const hash = await pair[side].wallet(RIVAL).sendTransaction({ to, data: told, value: hexToBigInt(value) });
  await pair[side].publicClient.waitForTransactionReceipt({ hash });
}
const seen = new Set<string>();
let lying = false;

function withOtherOutput(data: Hex): Hex {
  const { args } = decodeFunctionData({ abi: jobHubAbi, data });
  const [ticket, result] = args as ContractFunctionArgs<typeof jobHubAbi, "payable", "report">;
  const lie = { ...result, outputDigest: keccak256("0x00") };
  return encodeFunctionData({ abi: jobHubAbi, functionName: "report", args: [ticket, lie] });
}

/** The functions that an account has called, on both chains. */
async function sentBy(account: number): Promise<string[]> {
  const names: string[] = [];
  for (const side of SIDES) {
    const { publicClient, wallet } = pair[side];
    const head = await publicClient.getBlockNumber({ cacheTime: 0 });
    for (let blockNumber = 1n; blockNumber <= head; blockNumber++) {
      const { transactions } = await publicClient.getBlock({ blockNumber, includeTransactions: true });
      for (const { from, input } of transactions) {
        if (from.toLowerCase() === wallet(account).account.address.toLowerCase()) names.push(functionNameOf(input));
      }
    }
  }
  return names;
}

/** How many transactions have approved messages on a chain, and how many messages it has. */
async function approvals(side: Side): Promise<{ sent: number; approved: number }> {
  const { approved } = (await pair.counts())[side];
  const own = pair[side].publicClient;
  const head = await own.getBlockNumber({ cacheTime: 0 });
  let sent = 0;
  for (let blockNumber = 1n; blockNumber <= head; blockNumber++) {
    const { transactions } = await own.getBlock({ blockNumber, includeTransactions: true });
    sent += transactions.filter(({ input }) => size(input) > 4 && functionNameOf(input) === "approveMessages").length;
  }
  return { sent, approved };
}

/** A job that the market refuses, of a window below its least: home acknowledges it, and it is paid back. */
async function refusedJob(): Promise<void> {
  const before = await pair.balance("satellite", me());
  await user.remoteJob.post({ spec: SPEC, price: ASY("10"), policy: POLICY.window, window: 1 });
  await pair.until("the money is back", async () => (await pair.balance("satellite", me())) === before);
}

async function remoteJob(): Promise<void> {
  const { ticket } = await user.remoteJob.post({ spec: SPEC, price: ASY("10"), policy: POLICY.window });
  const { index } = ticket;
  const status = () => user.remoteJob.status({ index });
  await pair.until("the job is posted at home", async () => (await status()).job !== undefined);
  const provider = pair.client(PROVIDER);
  const submitted = await runAtHome(provider, (await status()).job!.id);
  const { outputDigest } = submitted;
  await pair.until("the result is known", async () => (await status()).result?.outputDigest === outputDigest);
  await pair.pass(finalizableAt(submitted) - submitted.submittedAt);
  await provider.finalizeJob(submitted);
  await pair.until("the change is back", async () => (await status()).done);
}
