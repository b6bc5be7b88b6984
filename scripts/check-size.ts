// Fails when a production contract is larger than ours may be: EIP-170 ends at 24,576 bytes, the rest is room that an
// urgent fix can count on.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { artifactsFolder } from "./deploy/artifacts.ts";
import { productionHardhat } from "./lib/production.ts";

/** Bytes of deployed code. */
const LIMIT = 22_000;

await productionHardhat();
const folder = join(artifactsFolder(), "contracts");
const sizes = globSync("**/*.json", { cwd: folder })
  .filter((path) => !path.startsWith("mocks/") && !path.endsWith(".t.json"))
  .map(
    (path) =>
      JSON.parse(readFileSync(join(folder, path), "utf8")) as { contractName: string; deployedBytecode: string },
  )
  .map(({ contractName, deployedBytecode }) => ({ contractName, size: (deployedBytecode.length - 2) / 2 }))
  // libraries of internal functions and interfaces leave no code of their own
  .filter(({ size }) => size > 100)
  .sort((a, b) => b.size - a.size);

for (const { contractName, size } of sizes) {
  console.log(`${contractName.padEnd(20)} ${String(size).padStart(6)} bytes, ${LIMIT - size} to spare`);
}
const fat = sizes.filter(({ size }) => size > LIMIT);
if (sizes.length === 0 || fat.length > 0) {
  const found =
    fat.map(({ contractName, size }) => `${contractName} has ${size} bytes`).join(", ") || "no contract found";
  console.error(`SIZE-001: ${found}; wanted at most ${LIMIT}. Move code into a library or a view contract.`);
  process.exitCode = 1;
}
