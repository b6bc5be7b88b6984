// The examples of docs/dapp.md, run in order as one program, and its lists of actions.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createWalletClient, custom } from "viem";
import { REPOSITORY } from "../../scripts/deploy/artifacts.ts";
import * as sdk from "../../sdk/src/index.ts";
import { type AssayClient, createAssayClient, parseDeployment } from "../../sdk/src/index.ts";
import { createGoverned, type Governed } from "../support/governed.ts";

const page = readFileSync(join(REPOSITORY, "docs", "dapp.md"), "utf8");
const MODULES: Record<string, () => Promise<object>> = {
  viem: () => import("viem"),
  "@assay/sdk": async () => sdk,
};

let governed: Governed;
let clients: Record<"requester" | "provider" | "keeper" | "holder", AssayClient>;

before(async () => {
  governed = await createGoverned();
  const { publicClient } = await governed.world.clients();
  const deployment = parseDeployment(JSON.parse(JSON.stringify(governed.deployment)));
  const client = (account: `0x${string}`) =>
    createAssayClient({
      publicClient,
      walletClient: createWalletClient({ account, transport: custom(publicClient as never) }),
      deployment,
    });
  const { alice, bob, whale, anyone } = governed;
  clients = {
    requester: client(alice.address),
    provider: client(bob.address),
    holder: client(whale.address),
    keeper: client(anyone.address),
  };
});
after(() => governed.world.close());

async function later(seconds: number): Promise<void> {
  const { world } = governed;
  const { timestamp } = await clients.keeper.publicClient.getBlock();
  world.now = Number(timestamp) + 1 + seconds;
  await world.send(world.deployer, world.asy, "approve", [world.deployer, BigInt(world.now)]);
}

/** The page's blocks as one program: imports become reads of the module, `later` comments move the clock. */
function program(): string {
  const blocks = [...page.matchAll(/<!-- later: (\d+) -->|```ts\n([\s\S]*?)```/g)];
  const source = blocks.map(([, seconds, code]) => (seconds ? `await later(${seconds});\n` : code)).join("\n");
  const linked = source.replace(/^import (\{[^}]*\}) from "([^"]+)";$/gm, 'const $1 = await load("$2");');
  return stripTypeScriptTypes(linked);
}

test("the examples run, and leave what they say", async () => {
  const AsyncFunction = (async () => {}).constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => Promise<unknown>;
  const told =
    "return { why, due, skipped, settled, votes, canVote, reasons, exits, assets, shared, net, rows, mine };";
  const run = new AsyncFunction(...Object.keys(clients), "load", "later", `${program()}\n${told}`);
  const load = (name: string) => MODULES[name]!();
  const found = (await run(...Object.values(clients), load, later)) as Record<string, unknown>;
  assert.equal((found.why as { eligible: boolean }).eligible, false);
  assert.match(String((found.why as { reasons: string[] }).reasons), /asks for training, which the provider lacks/);
  assert.deepEqual([(found.due as unknown[]).length, found.skipped], [1, []]);
  assert.equal((found.settled as unknown[]).length, 1);
  assert.deepEqual([found.canVote, found.reasons], [true, []]);
  assert.equal((found.votes as { reason: string }[])[0]!.reason, "people are slow");
  assert.equal((found.exits as unknown[]).length, 1);
  assert.ok((found.rows as { stake: bigint }[])[0]!.stake > 0n);
  assert.equal((found.mine as { delegations: unknown[] }).delegations.length, 1);
  assert.ok((found.assets as bigint) > 0n && (found.net as bigint) > 0n);
});

/** What the client has beside actions. */
const OTHER = /^(prepare[A-Z]\w*|publicClient|walletClient|deployment|sendCall|simulateCall)$/;

test("the page names every action of the client, and nothing that is none", () => {
  const lists = page
    .split("## Errors")[0]!
    .split("\n")
    .filter((line) => line.startsWith("`") || /^[a-z]+Demand/.test(line));
  const named = new Set(lists.flatMap((line) => [...line.matchAll(/`(\w+)`/g)].map(([, name]) => name!)));
  const actions = Object.keys(clients.keeper).filter((name) => !OTHER.test(name));
  assert.deepEqual(
    actions.filter((name) => !named.has(name)),
    [],
    "actions that the page does not name",
  );
  assert.deepEqual(
    [...named].filter((name) => !(name in sdk || name in clients.keeper)),
    [],
    "names that are no exports",
  );
});
