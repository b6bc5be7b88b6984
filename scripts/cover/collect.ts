// Loaded before each test file of a coverage run: notes every tag that contracts report and writes them down at the end.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import hre from "hardhat";

const folder = process.env.ASSAY_COVERAGE;
if (folder) {
  const seen = new Set<string>();
  hre.hooks.registerHandlers("network", {
    onCoverageData: async (_context: unknown, tags: string[]) => {
      for (const tag of tags) seen.add(tag);
    },
  });
  process.once("exit", () => {
    if (seen.size === 0) return;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify([...seen]));
  });
}
