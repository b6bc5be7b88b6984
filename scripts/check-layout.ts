// Compares the storage layout of every upgradeable contract with its committed snapshot in test/layout/.
//
//   npm run check:layout                 fails when a layout differs from its snapshot
//   npm run check:layout -- --write      updates the snapshots; refuses where a live deployment would be broken
//   npm run check:layout -- --write --break   ... updates them all the same (before the first release only)
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { REPOSITORY } from "./deploy/artifacts.ts";
import { breaks, type Layout, readLayouts } from "./lib/storage-layout.ts";
import { UPGRADEABLE } from "./lib/upgradeable.ts";

const { values } = parseArgs({
  options: { write: { type: "boolean", default: false }, break: { type: "boolean", default: false } },
});

let failed = false;
for (const [name, layout] of Object.entries(readLayouts(UPGRADEABLE))) check(name, layout);
if (failed) process.exitCode = 1;

function check(name: string, layout: Layout): void {
  const path = join(REPOSITORY, "test", "layout", `${name}.json`);
  const text = `${JSON.stringify(layout, null, 2)}\n`;
  const known = existsSync(path) ? readFileSync(path, "utf8") : undefined;
  if (known === text) {
    console.log(`same     ${name}`);
    return;
  }
  const broken = known === undefined ? [] : breaks(JSON.parse(known) as Layout, layout);
  if (broken.length > 0 && !(values.write && values.break)) {
    failed = true;
    console.error(`LAYOUT-001: ${name} moved storage that is in use:\n  ${broken.join("\n  ")}`);
    console.error("  Append fields at the end, keep dead ones as __deprecated_x.");
  } else if (values.write) {
    writeFileSync(path, text);
    console.log(`written  ${name}`);
  } else {
    failed = true;
    console.error(`LAYOUT-002: ${name} differs from its snapshot. If that is meant: npm run check:layout -- --write`);
  }
}
