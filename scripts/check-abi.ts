// Compares the ABI of every contract with its committed snapshot in test/upgrade/abi/.
//
//   npm run check:abi                        fails when an ABI differs from its snapshot
//   npm run check:abi -- --write             updates the snapshots; refuses where callers would be broken
//   npm run check:abi -- --write --break     ... updates them all the same
//   npm run check:abi -- --artifacts FOLDER --snapshots FOLDER     other places than this repository's
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { REPOSITORY } from "./deploy/artifacts.ts";
import { readAbis } from "./generate-abis.ts";
import { abiLines, lostItems } from "./lib/abi-text.ts";

const { values } = parseArgs({
  options: {
    write: { type: "boolean", default: false },
    break: { type: "boolean", default: false },
    artifacts: { type: "string", default: join(REPOSITORY, "artifacts", "contracts") },
    snapshots: { type: "string", default: join(REPOSITORY, "test", "upgrade", "abi") },
  },
});

for (const [name, abi] of readAbis(values.artifacts)) check(name, abiLines(abi));

function check(name: string, lines: readonly string[]): void {
  const path = join(values.snapshots, `${name}.txt`);
  const text = `${lines.join("\n")}\n`;
  const known = existsSync(path) ? readFileSync(path, "utf8") : undefined;
  if (known === text) return;
  const lost = known === undefined ? [] : lostItems(known.trimEnd().split("\n"), lines);
  if (lost.length > 0 && !(values.write && values.break)) {
    console.error(`ABI-001: callers of ${name} would miss\n  ${lost.join("\n  ")}`);
    console.error("  Keep it, or, while nothing is deployed: npm run check:abi -- --write --break");
    process.exitCode = 1;
  } else if (values.write) {
    mkdirSync(values.snapshots, { recursive: true });
    writeFileSync(path, text);
    console.log(`written  ${name}`);
  } else {
    console.error(`ABI-002: ${name} differs from its snapshot. If that is meant: npm run check:abi -- --write`);
    process.exitCode = 1;
  }
}
