// docs/parameters.md against the sources, the chain and the local configuration.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type AbiFunction, type Address, encodeFunctionData, toFunctionSelector } from "viem";
import { type ContractName, REPOSITORY, readArtifact } from "../../scripts/deploy/artifacts.ts";
import { createGoverned, type Governed } from "../support/governed.ts";

const text = readFileSync(join(REPOSITORY, "docs", "parameters.md"), "utf8");
const tables = text
  .split(/^## /m)
  .slice(1)
  .map((section) =>
    section
      .split("\n")
      .filter((line) => line.startsWith("| ") && line.includes("`"))
      .map((line) =>
        line
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      ),
  );
const [numbers, own, others, links] = tables as [string[][], string[][], string[][], string[][]];

const WHO: Readonly<Record<string, string>> = {
  "0": "proposal",
  "1": "guardian",
  "2": "parameter council",
  "3": "proposal, parameter council",
};

function setterOf(cell: string): { contract: ContractName; item: AbiFunction } {
  const [, contract, name] = /^`(\w+)\.(\w+)`$/.exec(cell) ?? [];
  const item = readArtifact(contract as ContractName).abi.find(
    (entry) => entry.type === "function" && entry.name === name,
  );
  assert.ok(item, `${cell} is no function`);
  return { contract: contract as ContractName, item: item as AbiFunction };
}

let governed: Governed;
before(async () => {
  governed = await createGoverned();
});
after(() => governed.world.close());

const addressOf = (name: ContractName): Address => governed.deployment.contracts[name]!.address;

describe("docs/parameters.md, GOV-06", () => {
  test("every function that the authority guards has its row", () => {
    const guarded = globSync("contracts/{market,staking,slashing,reputation,governance,token,verification}/*.sol", {
      cwd: REPOSITORY,
    }).flatMap((path) => {
      // what the extension guards is called on the marketplace
      const contract = path.split("/").at(-1)!.replace(".sol", "").replace("MarketExtension", "JobMarketplace");
      const source = readFileSync(join(REPOSITORY, path), "utf8");
      return [...source.matchAll(/function (\w+)\([^)]*\)\s+(?:external|public)[^{;]*\brestricted\b/g)].map(
        ([, name]) => `\`${contract}.${name}\``,
      );
    });
    assert.ok(guarded.length >= 19, `${guarded.length}`);
    const rows = new Set([...numbers, ...others].map(([, setter]) => setter));
    assert.deepEqual(
      guarded.filter((setter) => !rows.has(setter)),
      [],
    );
  });

  test("every function that the authority guards on a link has its row, of both bridges", () => {
    const rows = new Set(links.flatMap(([, setters]) => setters!.split(", ")));
    const sources = globSync("contracts/{crosschain,automation,lens}/*.sol", { cwd: REPOSITORY });
    const guarded = sources.flatMap((path) => {
      const file = path.split("/").at(-1)!.replace(".sol", "");
      const contracts = file === "LinkedBridge" ? ["HomeBridge", "SatelliteBridge"] : [file];
      const source = readFileSync(join(REPOSITORY, path), "utf8");
      const found = source.matchAll(/function (\w+)\([^)]*\)\s+(?:external|public)[^{;]*\brestricted\b/g);
      return [...found].flatMap(([, name]) => contracts.map((contract) => `\`${contract}.${name}\``));
    });
    assert.deepEqual([...rows].sort(), guarded.sort());
    for (const setter of rows) setterOf(setter);
  });

  test("who may change it is what the chain says", async () => {
    for (const row of [...numbers, ...others]) {
      const { contract, item } = setterOf(row[1]!);
      const args = [addressOf(contract), toFunctionSelector(item)];
      const role = await governed.world.read(governed.world.authority, "getTargetFunctionRole", args);
      assert.equal(WHO[String(role)], row.at(-1), row[1]);
    }
  });

  test("the bounds are the contracts', tried on both sides", async () => {
    const { world, timelock, guardian } = governed;
    for (const [, setter, least, most, , who] of numbers) {
      const { contract, item } = setterOf(setter!);
      const from = who === "guardian" ? guardian.address : timelock.address;
      const attempt = (value: bigint) =>
        world.attempt({
          from,
          to: addressOf(contract),
          data: encodeFunctionData({ abi: [item], functionName: item.name, args: [value] }),
        });
      for (const inside of [BigInt(least!), BigInt(most!)])
        assert.equal(await attempt(inside), undefined, `${setter} ${inside}`);
      assert.ok(await attempt(BigInt(most!) + 1n), `${setter} above ${most}`);
      if (BigInt(least!) > 0n) assert.ok(await attempt(BigInt(least!) - 1n), `${setter} below ${least}`);
    }
  });

  test("the governor's and the timelock's bounds are their constants, and only a proposal sets them", async () => {
    const { world, whale, anyone } = governed;
    for (const [, setter, ...cells] of own) {
      const { contract, item } = setterOf(setter!);
      const target = { address: addressOf(contract), abi: readArtifact(contract).abi };
      for (const cell of cells) {
        const [, constant, value] = /^`(\w+)` (\d+)$/.exec(cell) ?? [];
        if (constant) assert.equal(await world.read(target, constant), BigInt(value!), constant);
      }
      const args = item.inputs.map(({ type }) => (type === "address" ? whale.address : 7_200n));
      const data = encodeFunctionData({ abi: [item], functionName: item.name, args });
      assert.ok(await world.attempt({ from: anyone.address, to: target.address, data }), setter);
      assert.equal(cells.at(-1), "proposal");
    }
  });

  test("the local values are the local file's", () => {
    const config = JSON.parse(readFileSync(join(REPOSITORY, "scripts", "deploy", "config", "local.json"), "utf8"));
    const named = numbers.flatMap((row) => [...(row[4] ?? "").matchAll(/^`([\w.]+)` (\d+)$/g)]);
    assert.ok(named.length >= 3);
    for (const [, path, value] of named) {
      const found = path!.split(".").reduce((node, key) => node[key], config);
      assert.equal(String(found), value, path);
    }
    const [token] = config.market.tokens;
    assert.ok(text.includes(`local ${token.feeBps}, bond ${token.minBond} ASY`));
    assert.ok(text.includes(`local ${Number(config.reputation.stakeCap).toLocaleString("en")} ASY`));
  });
});
