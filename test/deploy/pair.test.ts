import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { zeroAddress } from "viem";
import { configPath, loadConfig } from "../../scripts/deploy/config.ts";
import { deployEnd, missingOfEnd } from "../../scripts/deploy/crosschain-run.ts";
import { loadPair, pairFor } from "../../scripts/deploy/pair-config.ts";
import { startChain } from "./chain.ts";

const folder = mkdtempSync(join(tmpdir(), "pair-"));
after(() => rmSync(folder, { recursive: true }));

const address = (digit: string) => `0x${digit.repeat(40)}`;
const file = {
  version: 1,
  home: { chainId: 31337, name: "a", gateway: address("1"), gasService: address("2"), guardian: "deployer" },
  satellite: { chainId: 2, name: "b", gateway: address("3"), gasService: address("4"), guardian: address("5") },
  controller: address("6"),
  token: { name: "Assay", symbol: "ASY" },
  limit: { capacity: "1000", window: 3600 },
};

function written(change: (pair: typeof file) => unknown = () => {}): string {
  const pair = structuredClone(file);
  change(pair);
  const path = join(folder, `${Math.random()}.json`);
  writeFileSync(path, JSON.stringify(pair));
  return path;
}

test("DEP-04 the file of a pair is refused with the field, what was found and what was wanted", () => {
  const cases: [(pair: typeof file) => unknown, RegExp][] = [
    [(pair) => Object.assign(pair, { limits: 1 }), /limits is 1, wanted no such field/],
    [(pair) => (pair.version = 2), /version is 2, wanted 1/],
    [(pair) => (pair.satellite.chainId = 31337), /satellite\.chainId is 31337, wanted another chain than home's/],
    [(pair) => (pair.satellite.name = "a"), /satellite\.name is "a", wanted another name/],
    [(pair) => (pair.home.gateway = zeroAddress), /home\.gateway is .*, wanted a non-zero address/],
    [(pair) => (pair.satellite.guardian = "0x12"), /satellite\.guardian is "0x12", wanted .*or "deployer"/],
    [(pair) => (pair.limit.window = 0), /limit\.window is 0, wanted an integer from 1/],
    [(pair) => (pair.limit.capacity = "-1"), /limit\.capacity is "-1", wanted an amount/],
    [(pair) => (pair.controller = "owner"), /controller is "owner", wanted .*or "timelock"/],
  ];
  for (const [change, message] of cases) assert.throws(() => loadPair(written(change)), message);
  assert.throws(() => loadPair(join(folder, "none.json")), { code: "DEPLOY-010" });
});

test("each end has its own guardian; the timelock's address needs a configuration with governance", () => {
  const home = loadConfig(configPath("local"));
  const deployer = "0x7777777777777777777777777777777777777777";
  const pair = loadPair(written());
  assert.equal(pairFor("home", pair, home, deployer).guardian, deployer);
  assert.equal(pairFor("satellite", pair, home, deployer).guardian, address("5"));
  const timelock = loadPair(written((each) => (each.controller = "timelock")));
  assert.throws(() => pairFor("home", timelock, home, deployer), { code: "DEPLOY-042" });
});

test("an end is not begun on another chain, or where Axelar is not", async () => {
  const chain = await startChain();
  const home = loadConfig(configPath("local"));
  const deployer = chain.deployer.account.address;
  const args = { ...chain, walletClient: chain.deployer, home, path: null };
  const pair = pairFor("home", loadPair(written()), home, deployer);
  await assert.rejects(deployEnd({ ...args, end: "satellite", pair }), { code: "DEPLOY-012", message: /31337.*is 2/ });
  await assert.rejects(missingOfEnd({ ...args, end: "home", pair }), {
    code: "DEPLOY-015",
    message: /no code at 0x1{40}, which the pair names as the gateway of Axelar on a/,
  });
  await chain.close();
});
