// Two chains with Axelar's own gateways and the relay as real processes: what users do across them, and what goes wrong.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { proofOf, signersOf } from "../../keepers/src/index.ts";
import { domainOf, LOCAL_SIGNERS, LOCAL_THRESHOLD } from "../../scripts/lib/axelar.ts";
import { freePort } from "../../scripts/lib/devnet.ts";
import { startProcess } from "../../scripts/lib/processes.ts";
import { RELAYER } from "../../scripts/lib/two-chains.ts";
import {
  axelarGatewayAbi,
  axelarGatewayAdapterAbi,
  finalizableAt,
  POLICY,
  type RemoteClient,
  satelliteBridgeAbi,
} from "../../sdk/src/index.ts";
import { interoperable } from "../crosschain/support/link.ts";
import { SPEC } from "./many-jobs.ts";
import { ASY, openPair, type Pair, runAtHome } from "./relay-harness.ts";

const USER = 1;
const PROVIDER = 2;
const AFTER_SECONDS = 3_600;
/** Settings of a keeper that also helps what is stuck. */
const RECOVERY = {
  ASSAY_KEEPER_AXELAR_RECOVERY__ENABLED: "true",
  ASSAY_KEEPER_AXELAR_RECOVERY__ENVIRONMENT: "local",
  ASSAY_KEEPER_AXELAR_RECOVERY__AFTER_SECONDS: String(AFTER_SECONDS),
  ASSAY_KEEPER_AXELAR_RECOVERY__SPREAD_SECONDS: "0",
};
let pair: Pair;
let user: RemoteClient;
const me = () => pair.home.wallet(USER).account.address;

before(async () => {
  pair = await openPair();
  user = pair.remote(USER);
  await pair.give(me(), ASY("1000"));
  const provider = pair.home.wallet(PROVIDER).account.address;
  await pair.give(provider, ASY("2000"));
  await pair.client(PROVIDER).stake({ amount: ASY("2000") });
  // the first endpoint of each chain is dead from the start
  for (const side of ["home", "satellite"] as const) {
    pair.relayUrls[side] = `http://127.0.0.1:${await freePort()},${pair[side].url}`;
  }
  await pair.startRelay();
});
after(() => pair?.close());

const job = { spec: SPEC, price: ASY("10"), policy: POLICY.window } as const;
const posted = async (index: bigint) => {
  await pair.until("the job is posted at home", async () => (await user.remoteJob.status({ index })).job !== undefined);
};

test("ASY crosses and its status says so; nothing runs twice", async () => {
  const { fee, gas } = await user.bridge.quote({ from: "home" });
  assert.equal(fee, gas * 10n ** 9n);
  const { number } = await user.bridge.transfer({ from: "home", amount: ASY("300") });
  await pair.until("it has arrived", async () => (await pair.balance("satellite", me())) === ASY("300"));
  const status = await user.bridge.status({ from: "home", number });
  assert.deepEqual([status.outgoing, status.incoming, status.done], ["sent", "accepted", true]);
  assert.deepEqual((await pair.counts()).satellite, { approved: 1, executed: 1 });
});

test("agoric-sdk #12256, axelarjs #368: a message for which too little was paid is listed, not carried, until anyone adds the rest", async () => {
  const { number } = await user.bridge.transfer({ from: "home", amount: ASY("5"), fee: 1n });
  const { message, waitsFor, until, next } = await user.bridge.status({ from: "home", number });
  assert.deepEqual([message?.stage, waitsFor], ["sent", "the relay's approval"]);
  assert.ok(until! > 0 && next.some(({ step, by }) => step === "recall" && by === "sender"));
  const id = message!.messageId;
  const status = await user.message.status({ from: "home", id });
  assert.equal(status.waitsFor, `the relay's approval, which wants ${status.wanted - 1n} wei more for it`);
  const [listed, ...more] = await user.message.list();
  assert.deepEqual([listed?.message.messageId, more.length], [id, 0]);
  await pair.until("the relay tells it", async () => {
    const page = await fetch(`${pair.lines.find(({ msg }) => msg === "keeper started")!.http}/status`);
    const { bots } = (await page.json()) as { bots: { name: string; messages?: { id: string; held?: string }[] }[] };
    return bots.some(({ messages }) => messages?.some((each) => each.id === id && each.held === "unpaid"));
  });
  assert.equal((await pair.counts()).satellite.approved, 1, "not carried");
  assert.match((await assay("relay", "explain", id)).stdout, /wants \d+ wei more for it/);
  const rehearsed = await assay("relay", "retry", id, "--dry-run");
  assert.match(rehearsed.stdout, /add 0\.\d+ to the fee of .*passes[\s\S]*Nothing was sent/);
  assert.equal((await user.message.status({ from: "home", id })).paid, 1n);
  const open = JSON.parse((await assay("relay", "list", "--json")).stdout) as { messages: { waitsFor: string }[] };
  assert.deepEqual([open.messages.length, open.messages[0]?.waitsFor], [1, status.waitsFor]);
  assert.equal((await assay("relay", "retry", id)).code, 0);
  await pair.until("it has arrived", async () => (await pair.balance("satellite", me())) === ASY("305"));
});

test("RJ-06 a job from the satellite is posted, claimed, run and paid at home; result and change come back", async () => {
  const { index, id, provider } = await play();
  const info = await user.remoteJob.status({ index });
  assert.deepEqual([info.status, info.outcome, info.done], ["ended", "finalized", true]);
  const { commitment, finalState, outputDigest } = provider;
  assert.deepEqual(info.result, { commitment, finalState, outputDigest });
  assert.equal(info.job?.id, id);
  assert.equal(await pair.balance("satellite", me()), ASY("295"), "it cost its price");
});

test("RJ-05 a job that nobody has claimed is cancelled, and all of it comes back", async () => {
  const before = await pair.balance("satellite", me());
  const { ticket, index } = await post();
  await posted(index);
  const open = await user.remoteJob.status({ index });
  assert.deepEqual([open.waitsFor, open.clock], ["a provider that claims it", "home"]);
  assert.equal(open.until, open.job?.terms.claimBy);
  await assert.rejects(user.remoteJob.report({ index }), { code: "SDK-021" });
  await user.remoteJob.cancel({ index: ticket.index });
  await pair.until("the money is back", async () => (await pair.balance("satellite", me())) === before);
  assert.equal((await user.remoteJob.status({ index })).outcome, "cancelled");
});

test("RJ-04 a job that the market refuses comes back by itself", async () => {
  const before = await pair.balance("satellite", me());
  // a window below the market's minimum
  const { ticket } = await user.remoteJob.post({ ...job, window: 1 });
  await pair.until("the money is back", async () => (await pair.balance("satellite", me())) === before);
  const info = await user.remoteJob.status({ index: ticket.index });
  assert.deepEqual([info.status, info.sent.incoming, info.done], ["refunded", "refused", true]);
});

test("XCH-16 what arrives at a paused satellite waits, and is let go by the keeper when it goes on", async () => {
  const before = await pair.balance("satellite", me());
  await setPause(2);
  const { number } = await user.bridge.transfer({ from: "home", amount: ASY("2") });
  await queued(number);
  assert.equal(await pair.balance("satellite", me()), before);
  await setPause(0);
  await pair.until("it is let go", async () => (await pair.balance("satellite", me())) === before + ASY("2"));
  assert.ok((await user.bridge.status({ from: "home", number })).done);
});

test("change that waits at a paused satellite is called back by its home account, and sent anew", async () => {
  const { ticket, id } = await user.remoteJob.post({ ...job, homeAccount: me() });
  const { index } = ticket;
  await posted(index);
  await setPause(2);
  const provider = pair.client(PROVIDER);
  const submitted = await runAtHome(provider, id);
  await pair.pass(finalizableAt(submitted) - submitted.submittedAt);
  await provider.finalizeJob(submitted);
  const back = async () => (await user.remoteJob.status({ index })).back;
  await pair.until("its change waits there", async () => (await back())?.incoming === "queued");
  const { number } = (await back())!;
  await user.remoteJob.recallChange({ index });
  await pair.until("it came back and is sent anew", async () => (await back())!.number > number);
  await setPause(0);
  await pair.until("the change is there", async () => (await user.remoteJob.status({ index })).done);
});

test("XCH-15 what is over the limit waits, and is let go by the keeper when there is room", async () => {
  const before = await pair.balance("satellite", me());
  const holds = async (more: bigint) => (await pair.balance("satellite", me())) === before + more;
  await pair.give(me(), ASY("1500000"));
  await user.bridge.transfer({ from: "home", amount: ASY("990000") });
  await pair.until("the first has arrived", () => holds(ASY("990000")));
  const { number } = await user.bridge.transfer({ from: "home", amount: ASY("500000") });
  await queued(number);
  assert.ok(await holds(ASY("990000")), "a million goes through in an hour, and no more");
  await pair.pass(3_600);
  await pair.until("it is let go", () => holds(ASY("1490000")));
});

test("kill -9 while messages are on their way: each is executed once, by one approval and one execution", async () => {
  const before = { ...(await pair.counts()), balance: await pair.balance("satellite", me()) };
  for (let sent = 0; sent < 3; sent++) await user.bridge.transfer({ from: "home", amount: ASY("1") });
  await pair.killRelay();
  await pair.startRelay(RECOVERY);
  const arrived = async () => (await pair.balance("satellite", me())) === before.balance + ASY("3");
  await pair.until("all have arrived", arrived);
  const { satellite } = await pair.counts();
  assert.deepEqual(satellite, {
    approved: before.satellite.approved + 3,
    executed: before.satellite.executed + 3,
  });
});

test("a stuck message is found, its fee completed, and it arrives", async () => {
  const before = await pair.balance("satellite", me());
  const { number } = await user.bridge.transfer({ from: "home", amount: ASY("1"), fee: 1n });
  await pair.pass(AFTER_SECONDS + 1);
  await pair.until("it has arrived", async () => (await pair.balance("satellite", me())) === before + ASY("1"));
  const { message } = await user.bridge.status({ from: "home", number });
  assert.equal(message!.paid, (await user.bridge.quote({ from: "home" })).fee, "exactly what was missing is added");
});

test("a relay among several carries in its own slots of chain time only, and says so", async () => {
  const before = await pair.balance("satellite", me());
  const length = 3_600;
  const ownerOf = (slot: number) => (slot + Math.floor(slot / 2)) % 2;
  const now = Number((await pair.home.publicClient.getBlock()).timestamp);
  // of two it is the one whose slot this is not, nor soon will be
  const slot = Math.ceil(now / length);
  await pair.pass(slot * length + 60 - now);
  const place = 1 - ownerOf(slot);
  await pair.killRelay();
  await pair.startRelay({
    ASSAY_KEEPER_PLACE: String(place),
    ASSAY_KEEPER_PLACES: "2",
    ASSAY_KEEPER_AXELAR_RELAY__SPREAD_SECONDS: String(length),
  });
  await user.bridge.transfer({ from: "home", amount: ASY("1") });
  await pair.until("the relay says that it is another's turn", async () => (await heldReasons()).includes("turn"));
  const { approved } = (await pair.counts()).satellite;
  let own = slot + 1;
  while (ownerOf(own) !== place) own += 1;
  await pair.pass((own - slot) * length);
  await pair.until("it has arrived", async () => (await pair.balance("satellite", me())) === before + ASY("1"));
  assert.equal((await pair.counts()).satellite.approved, approved + 1);
});

/** Why messages are held, by the page of the relay that was started last. */
async function heldReasons(): Promise<(string | undefined)[]> {
  const page = await fetch(`${pair.lines.findLast(({ msg }) => msg === "keeper started")!.http}/status`);
  const { bots } = (await page.json()) as { bots: { messages?: { held?: string }[] }[] };
  return bots.flatMap(({ messages }) => messages?.map(({ held }) => held) ?? []);
}

test("an approved message that nobody executes is executed by hand", async () => {
  await pair.killRelay();
  const before = await pair.balance("satellite", me());
  const { number } = await user.bridge.transfer({ from: "home", amount: ASY("4") });
  const id = (await user.bridge.status({ from: "home", number })).message!.messageId;
  const early = await assay("relay", "retry", id);
  assert.match(early.stdout, /nothing to do, it waits for the relay's approval/);
  await approve(id);
  assert.doesNotMatch((await assay("relay", "explain", id)).stdout, /refused/);
  const rehearsed = await assay("relay", "retry", id, "--dry-run");
  assert.match(rehearsed.stdout, /execute 0x.*: passes[\s\S]*Nothing was sent/);
  assert.equal(await pair.balance("satellite", me()), before);
  const { code, stdout } = await assay("relay", "retry", id);
  assert.deepEqual([code, /execute 0x.*gas/.test(stdout)], [0, true], stdout);
  assert.equal(await pair.balance("satellite", me()), before + ASY("4"));
  const again = await assay("relay", "retry", id);
  assert.deepEqual([again.code, /nothing to do.*it was executed/.test(again.stdout)], [0, true], again.stdout);
});

test("why a receiver refuses an approved message is told in the words of its error, and nothing is sent to it", async () => {
  const { home, homeDeployment, satelliteDeployment } = pair;
  const { SatelliteBridge } = satelliteDeployment.contracts;
  // anyone may send through the adapter; a bridge listens to its counterpart alone
  const hash = await home.wallet(USER).writeContract({
    address: homeDeployment.contracts.AxelarGatewayAdapter!.address,
    abi: axelarGatewayAdapterAbi,
    functionName: "sendMessage",
    args: [interoperable(satelliteDeployment.chainId, SatelliteBridge.address), "0x", []],
  });
  await home.publicClient.waitForTransactionReceipt({ hash });
  await approve(hash);
  const explained = await assay("relay", "explain", hash);
  assert.match(explained.stdout, /approved[\s\S]*refused {4}SDK-030: 0x\w+ does not speak for this sender/);
  const sent = await pair.satellite.publicClient.getTransactionCount({ address: me() });
  const { code, stdout } = await assay("relay", "retry", hash);
  assert.deepEqual([code, /SDK-030: 0x\w+ does not speak for this sender/.test(stdout)], [1, true], stdout);
  assert.equal(await pair.satellite.publicClient.getTransactionCount({ address: me() }), sent);
});

test("on a public network its own price counts, and it is asked to go on when that is paid", async () => {
  const price = ASY("0.01");
  const asked = join(pair.dir, "asked");
  const { number } = await user.bridge.transfer({ from: "home", amount: ASY("1") });
  const { messageId: id, paid } = (await user.bridge.status({ from: "home", number })).message!;
  assert.ok(paid < price);
  const environment = { ASSAY_RELAY_ENVIRONMENT: "testnet" };
  const absent = await assayWith(environment, "relay", "explain", id);
  assert.deepEqual([absent.code, /SDK-050[\s\S]*npm install --no-save/.test(absent.stdout)], [1, true], absent.stdout);
  const network = (...args: string[]) =>
    assayWith(
      {
        ...environment,
        NODE_OPTIONS: `--import=${new URL("axelar-stand-in.ts", import.meta.url)}`,
        AXELAR_FEE: String(price),
        AXELAR_ASKED: asked,
      },
      ...args,
    );
  assert.match((await network("relay", "explain", id)).stdout, new RegExp(`wants ${price - paid} wei more for it`));
  const added = await network("relay", "retry", id);
  assert.match(added.stdout, /add 0\.\d+ to the fee of/);
  assert.equal((await user.message.status({ from: "home", id })).paid, price);
  const rehearsed = await network("relay", "retry", id, "--dry-run");
  assert.match(rehearsed.stdout, /ask the network to go on with 0x.*\nNothing was sent/);
  assert.ok(!existsSync(asked));
  assert.equal((await network("relay", "retry", id)).code, 0);
  assert.equal(readFileSync(asked, "utf8"), `${id}\n`);
});

/** What the relay's signers do: tell the satellite's gateway of a message. */
async function approve(id: string): Promise<void> {
  const { satellite, satelliteDeployment } = pair;
  const { name, gateway } = satelliteDeployment.axelar;
  const { message } = await user.message.status({ from: "home", id });
  const signers = signersOf(LOCAL_SIGNERS, LOCAL_THRESHOLD);
  const proof = await proofOf([message], domainOf(name), signers, LOCAL_SIGNERS);
  const call = { address: gateway, abi: axelarGatewayAbi, functionName: "approveMessages" } as const;
  const hash = await satellite.wallet(RELAYER).writeContract({ ...call, args: [[message], proof] });
  await satellite.publicClient.waitForTransactionReceipt({ hash });
}

/** The account that deployed the satellite's bridge is its guardian here. */
async function setPause(bits: number): Promise<void> {
  const { satellite, satelliteDeployment } = pair;
  const { address } = satelliteDeployment.contracts.SatelliteBridge;
  const call = { address, abi: satelliteBridgeAbi, functionName: "setPause", args: [bits] } as const;
  const hash = await satellite.wallet(0).writeContract(call);
  const { status } = await satellite.publicClient.waitForTransactionReceipt({ hash });
  assert.equal(status, "success");
}

async function queued(number: bigint): Promise<void> {
  await pair.until("it waits", async () => (await user.bridge.status({ from: "home", number })).incoming === "queued");
}

/** The command line, as a process of its own with the user's key. */
function assay(...args: string[]): Promise<{ code: number | null; stdout: string }> {
  return assayWith({}, ...args);
}

/** The same with more in its environment. */
async function assayWith(env: Readonly<Record<string, string>>, ...args: string[]) {
  const { home, satellite, homePath, satellitePath } = pair;
  const child = startProcess({
    name: "assay",
    script: fileURLToPath(new URL("../../cli/bin/assay.mjs", import.meta.url)),
    args: [...args, "--relay-fee-gwei", "1"],
    env: {
      ASSAY_RPC_URLS: home.url,
      ASSAY_DEPLOYMENT: homePath,
      ASSAY_SATELLITE_RPC_URLS: satellite.url,
      ASSAY_SATELLITE_DEPLOYMENT: satellitePath,
      ASSAY_PRIVATE_KEY: home.key(USER),
      ASSAY_ACCOUNT: me(),
      ...env,
    },
  });
  const { code } = await child.exited;
  return { code, stdout: child.tail.join("\n") };
}

async function post() {
  const sent = await user.remoteJob.post(job);
  return { ...sent, index: sent.ticket.index };
}

/** Posts a job and sees it through. */
async function play() {
  const { index, id } = await post();
  await posted(index);
  const provider = pair.client(PROVIDER);
  const submitted = await runAtHome(provider, id);
  await pair.until("the result is known", async () => (await user.remoteJob.status({ index })).result !== undefined);
  await pair.pass(finalizableAt(submitted) - submitted.submittedAt);
  await provider.finalizeJob(submitted);
  await pair.until("the change is back", async () => (await user.remoteJob.status({ index })).done);
  return { index, id, provider: submitted };
}
