// The governance bot against the real governor and timelock, in one process with the chain.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Registry } from "prom-client";
import { createWalletClient, custom, type PublicClient } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { createLogger, type HttpServer } from "../../daemon-kit/src/index.ts";
import type { Bot, KeeperContext } from "../../keepers/src/bot.ts";
import { openGovernance } from "../../keepers/src/bots/governance/bot.ts";
import { observe } from "../../keepers/src/chain/observe.ts";
import { loadKeeperConfig } from "../../keepers/src/config.ts";
import { openKeeper } from "../../keepers/src/context.ts";
import { createAssayClient, parseDeployment } from "../../sdk/src/index.ts";
import { CLOCKS, createGoverned, type Governed, pass, propose, STATE } from "../support/governed.ts";

const MNEMONIC = "test test test test test test test test test test test junk";
/** Of the test accounts: has coin, and no part in governance. */
const KEEPER = 7;

let governed: Governed;
let context: KeeperContext;
let bot: Bot;
let folder: string;
const stop = new AbortController();

before(async () => {
  governed = await createGoverned();
  folder = mkdtempSync(join(tmpdir(), "assay-keeper-"));
  const { publicClient } = await governed.world.clients();
  const rpc = publicClient as unknown as PublicClient;
  const account = mnemonicToAccount(MNEMONIC, { addressIndex: KEEPER });
  const walletClient = createWalletClient({ account, transport: custom(rpc as never) });
  const deployment = parseDeployment(JSON.parse(JSON.stringify(governed.deployment)));
  const client = createAssayClient({ publicClient: rpc, walletClient, deployment });
  const flags = { dataDir: folder, "governance.enabled": "true", "governance.spreadSeconds": "0" };
  const { config } = loadKeeperConfig({ flags, env: {} });
  const log = createLogger({ name: "keeper", level: "silent" });
  const http = { registry: new Registry() } as HttpServer;
  context = openKeeper({ config, rpc, client, account }, { log, http, signal: stop.signal, env: {}, wake: () => {} });
  bot = openGovernance(context);
});
after(async () => {
  stop.abort();
  for (const part of [context.journal, context.guard, context.budget]) part.close();
  await governed.world.close();
  rmSync(folder, { recursive: true, force: true });
});

/** One look of the keeper, carried out to its end. */
async function look(): Promise<void> {
  const { world } = governed;
  // a block, so that reads see the time
  await world.send(world.deployer, world.asy, "approve", [world.deployer, BigInt(world.now)]);
  await bot.look(await observe(context.rpc, context.account.address));
  await bot.idle();
  const { timestamp } = await context.rpc.getBlock();
  world.now = Math.max(world.now, Number(timestamp) + 1);
}

const stateOf = (id: bigint) => governed.world.read<number>(governed.governor, "state", [id]);
const done = async () =>
  (await context.registry.getSingleMetricAsString("assay_keeper_duties_total")).match(/end="done"\} (\d+)/)?.[1];

test("a proposal is queued and executed, each once and when its time has come; calls are shown", async () => {
  const { world } = governed;
  const period = { to: world.staking, functionName: "setThawPeriod", args: [4_000n] };
  const proposal = await propose(governed, [period]);
  await look();
  assert.equal(await stateOf(proposal.id), STATE.active, "a vote is nobody's to end");
  await pass(governed, proposal);
  assert.equal(await stateOf(proposal.id), STATE.succeeded);
  await look();
  assert.equal(await stateOf(proposal.id), STATE.queued);
  await look();
  assert.equal(await done(), "1", "it waits");
  world.pass(CLOCKS.timelockDelay + 1);
  await look();
  assert.equal(await stateOf(proposal.id), STATE.executed);
  assert.equal(await world.read<bigint>(world.staking, "thawPeriod"), 4_000n);
  world.pass(10);
  await look();
  assert.equal(await done(), "2");
});

test("an action that reverts stays queued, is told by name, costs no gas, and does not hold up others", async () => {
  const { world } = governed;
  const bad = { to: world.staking, functionName: "setThawPeriod", args: [1n] };
  const good = { to: world.staking, functionName: "setThawPeriod", args: [5_000n] };
  const first = await propose(governed, [bad], "too short");
  await pass(governed, first);
  const second = await propose(governed, [good], "longer");
  await pass(governed, second);
  await look();
  world.pass(CLOCKS.timelockDelay + 1);
  const spent = await context.rpc.getTransactionCount({ address: context.account.address });
  await look();
  assert.equal(await stateOf(first.id), STATE.queued);
  assert.equal(await stateOf(second.id), STATE.executed);
  assert.equal((await context.rpc.getTransactionCount({ address: context.account.address })) - spent, 1);
  assert.match(
    await context.registry.getSingleMetricAsString("assay_keeper_duties_total"),
    /bot="governance-executor",end="refused"\} 1/,
  );
  await look();
  assert.match(
    await context.registry.getSingleMetricAsString("assay_keeper_duties_total"),
    /end="refused"\} 1/,
    "it is left alone for a while",
  );
});
