// The commands an operator types, from nothing to a running node.
import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { findBwrap } from "../../daemon-kit/src/index.ts";
import { jsonLine, startProcess } from "../../scripts/lib/processes.ts";
import { ASY, type Market, openMarket } from "./harness.ts";

const BIN = fileURLToPath(new URL("../../compute-node/bin/assay-node.mjs", import.meta.url));
/** Test account of the owner; the operator is the key that `init` makes. */
const OWNER = 2;
let market: Market;
let config: string;
before(async () => {
  market = await openMarket();
  config = join(market.dir, "operator", "assay-node.yaml");
});
after(() => market.close());

async function assayNode(args: readonly string[], env: Record<string, string> = {}) {
  const child = startProcess({ name: args[0] ?? "", script: BIN, args, env });
  const { code } = await child.exited;
  return { code, text: child.tail.join("\n") };
}

const ownerKey = () => ({ ASSAY_NODE_OWNER_KEY: market.chain.key(OWNER) });
const operatorOf = (text: string) => /operator (0x[0-9a-fA-F]{40})/.exec(text)?.[1] as `0x${string}`;

test("init, stake, operator, doctor, start, status: an operator's first day", async (t) => {
  const { chain, deploymentPath, storage } = market;
  const owner = chain.wallet(OWNER).account.address;
  const passwordFile = join(market.dir, "password.txt");
  writeFileSync(passwordFile, "a password\n", { mode: 0o600 });
  const impossible = ["init", "--config", config, "--non-interactive", "--password-file", passwordFile];
  const refused = await assayNode([...impossible, "--owner", "0xnobody"]);
  assert.deepEqual([refused.code, /^DK-004: .*\n {2}found: .*0xnobody/m.test(refused.text)], [1, true], refused.text);
  // Nothing was written: the same name can be used.
  const init = await assayNode([
    "init",
    ...["--config", config, "--non-interactive", "--password-file", passwordFile, "--scrypt-n", "1024"],
    ...["--rpc-url", chain.url, "--deployment", deploymentPath, "--gateway", storage.url, "--owner", owner],
  ]);
  assert.equal(init.code, 0, init.text);
  const operator = operatorOf(init.text);
  assert.equal(statSync(join(market.dir, "operator", "keystore.json")).mode & 0o777, 0o600);
  const written = readFileSync(config, "utf8");
  assert.match(written, /^version: 1$/m);
  assert.ok(!written.includes("a password"));

  const again = await assayNode(["init", "--config", config, "--non-interactive", "--password-file", passwordFile]);
  assert.equal(again.code, 1);
  assert.match(again.text, /^CN-003: /m);
  assert.equal(readFileSync(config, "utf8"), written, "nothing was overwritten");

  const shell = await assayNode(["completion", "powershell"]);
  assert.deepEqual([shell.code, /Allowed choices are bash, zsh, fish/.test(shell.text)], [1, true], shell.text);

  const hash = await chain.wallet(0).sendTransaction({ to: operator, value: 10n ** 18n });
  await chain.publicClient.waitForTransactionReceipt({ hash });
  await market.give(owner, ASY("1000"));
  const denied = await assayNode(["stake", "operator", operator, "-c", config]);
  assert.equal(denied.code, 1);
  assert.match(denied.text, /^CN-041: /m);
  const staked = await assayNode(["stake", "add", "250", "-c", config], ownerKey());
  assert.match(staked.text, /^staked 250 ASY for 0x.+: 250 in all, 250 free$/m);
  assert.equal((await market.requester.getStake({ provider: owner })).stake, ASY("250"));
  assert.equal((await assayNode(["stake", "operator", operator, "-c", config], ownerKey())).code, 0);
  const shown = await assayNode(["stake", "--json", "-c", config]);
  assert.equal((JSON.parse(shown.text) as { free: string }).free, String(ASY("250")));

  const doctor = await assayNode(["doctor", "-c", config]);
  assert.equal(doctor.code, 0, doctor.text);
  const doubts = [...doctor.text.matchAll(/^(?:warn|fail) +(\S+)/gm)].map(([, name]) => name);
  assert.deepEqual(doubts, "version" in findBwrap() ? [] : ["sandbox"], doctor.text);

  const node = startProcess({ name: "node", script: BIN, args: ["start", "-c", config, "--http-port", "0"] });
  t.after(() => node.stop());
  await node.waitForLine((line) => (jsonLine(line)?.msg === "node started" ? true : undefined));
  const second = await assayNode(["start", "-c", config, "--http-port", "0"]);
  assert.equal(second.code, 1);
  assert.match(second.text, /^DK-031: /m);
  const status = await waitForReady();
  assert.deepEqual([status.provider, status.operator], [owner, operator]);
  await node.stop();
  assert.equal((await node.exited).code, 0);
  const gone = await assayNode(["status", "-c", config]);
  assert.equal(gone.code, 75);
  assert.match(gone.text, /^CN-050: /m);
});

async function waitForReady(): Promise<{ provider: string; operator: string }> {
  for (;;) {
    const { code, text } = await assayNode(["status", "--json", "-c", config]);
    if (code === 0) return JSON.parse(text) as { provider: string; operator: string };
  }
}
