// Compares what each step costs with the committed snapshot, test/gas/snapshot.json. The contracts' tests do the same.
//
//   npm run check:gas                fails when a step differs by more than half a percent, either way
//   npm run check:gas -- --write     accepts what it finds
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { GAS_SNAPSHOT, gasChanges, readGasSnapshot } from "./lib/gas-snapshot.ts";
import { productionHardhat } from "./lib/production.ts";

const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } });
await productionHardhat();
const { measureGas } = await import("./bench/measure.ts");
const found = await measureGas();
if (values.write) {
  writeFileSync(GAS_SNAPSHOT, `${JSON.stringify(found, null, 2)}\n`);
  console.log(`written  ${GAS_SNAPSHOT}`);
} else {
  const changes = gasChanges(readGasSnapshot(), found);
  if (changes.length > 0) {
    console.error(`GAS-001: steps cost other than test/gas/snapshot.json says\n  ${changes.join("\n  ")}`);
    console.error("  If that is meant: npm run check:gas -- --write");
    process.exitCode = 1;
  }
}
