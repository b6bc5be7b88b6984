import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { generateAbis } from "./generate-abis.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-abis-"));
after(() => rmSync(folder, { recursive: true }));

const CONTRACTS = [
  "AssayGovernor",
  "AssayToken",
  "AxelarGatewayAdapter",
  "DataDemands",
  "DelegationPools",
  "HomeBridge",
  "JobHub",
  "OneStepJudge",
  "OptimisticWindow",
  "ParameterCouncil",
  "PriceFeeds",
  "ProtocolAuthority",
  "ProtocolLens",
  "ProtocolTimelock",
  "ProviderRegistry",
  "QuadraticGrants",
  "RefereedDispute",
  "RemoteJobAccount",
  "RemoteJobPortal",
  "ReputationRegistry",
  "SatelliteBridge",
  "SatelliteToken",
  "SlashingManager",
  "StakingManager",
  "Treasury",
  "UpkeepCoordinator",
  "VerificationHub",
];
const zero = { type: "error", name: "Zero", inputs: [] };
const packed = { type: "error", name: "Packed", inputs: [{ type: "tuple[]", components: [{ type: "uint8" }] }] };

function writeArtifact(root: string, name: string, abi: object[]): void {
  mkdirSync(join(root, `${name}.sol`), { recursive: true });
  writeFileSync(join(root, `${name}.sol`, `${name}.json`), JSON.stringify({ abi }));
}

test("interface and implementation are merged, each item once, sorted, without constructors", () => {
  const input = join(folder, "whole");
  for (const name of CONTRACTS) writeArtifact(input, name, [zero]);
  writeArtifact(input, "IJobMarketplace", [packed, zero]);
  writeArtifact(input, "MarketExtension", [zero]);
  writeArtifact(input, "JobMarketplace", [{ type: "constructor", inputs: [] }, zero, { type: "error", name: "Also" }]);
  const output = join(folder, "out");
  writeArtifact(output, "Left over", []);
  const files = generateAbis(input, output);
  const first = files.map((file) => readFileSync(join(output, file), "utf8"));
  const market = readFileSync(join(output, "jobMarketplaceAbi.ts"), "utf8");
  assert.deepEqual(
    [...market.matchAll(/"name": "(\w+)"/g)].map(([, name]) => name),
    ["Also", "Packed", "Zero"],
  );
  assert.doesNotMatch(market, /constructor/);
  const errors = readFileSync(join(output, "errorsAbi.ts"), "utf8");
  assert.equal(errors.match(/"Zero"/g)?.length, 1);
  generateAbis(input, output);
  assert.deepEqual(
    files.map((file) => readFileSync(join(output, file), "utf8")),
    first,
  );
  assert.throws(() => readFileSync(join(output, "Left over.sol", "Left over.json")));
});

test("a contract without an artifact is named, and nothing is written", () => {
  const input = join(folder, "part");
  for (const name of CONTRACTS) writeArtifact(input, name, [zero]);
  const output = join(folder, "none");
  assert.throws(() => generateAbis(input, output), /no artifact of JobMarketplace .*compile first/);
  assert.throws(() => readFileSync(join(output, "index.ts")));
  assert.throws(
    () => generateAbis(join(folder, "missing"), output),
    /AssayToken, AxelarGatewayAdapter, DataDemands, DelegationPools, HomeBridge, JobHub, JobMarketplace/,
  );
});
