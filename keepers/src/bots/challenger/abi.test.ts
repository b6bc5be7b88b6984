import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Abi, toEventHash, toFunctionHash } from "viem";
import { disputeAbi, judgeAbi } from "./abi.ts";

const contracts = fileURLToPath(new URL("../../../../artifacts/contracts/", import.meta.url));

/** Every function, event and error of some compiled contracts, by kind, name and exact types, outputs included. */
function itemsOf(names: readonly string[]): Set<string> {
  const files = readdirSync(contracts, { recursive: true, encoding: "utf8" });
  const found = names.map((name) => {
    const file = files.find((path) => path.endsWith(`${name}.sol/${name}.json`));
    assert.ok(file, `${name} is compiled`);
    return (JSON.parse(readFileSync(join(contracts, file), "utf8")) as { abi: Abi }).abi;
  });
  return new Set(found.flat().flatMap(describe));
}

function describe(item: Abi[number]): string[] {
  if (item.type === "event") {
    const indexed = item.inputs.map((input) => (input.indexed ? "i" : "d")).join("");
    return [`event ${toEventHash(item)} ${indexed}`];
  }
  if (item.type === "error") return [`error ${toFunctionHash({ ...item, type: "function" } as never)}`];
  if (item.type !== "function") return [];
  const outputs = item.outputs.map(({ type }) => type).join(",");
  return [`function ${toFunctionHash(item)} ${outputs}`];
}

for (const [name, abi, sources] of [
  ["dispute contract", disputeAbi, ["RefereedDispute", "IRefereedDispute"]],
  ["judge", judgeAbi, ["OneStepJudge", "IOneStepJudge"]],
] as const) {
  test(`what the bot calls of the ${name} is in the compiled contract, type by type`, () => {
    const known = itemsOf(sources);
    const missing = (abi as Abi).filter((item) => describe(item).some((text) => !known.has(text)));
    assert.deepEqual(
      missing.map((item) => ("name" in item ? item.name : item.type)),
      [],
    );
  });
}
