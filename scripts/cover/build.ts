import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "../deploy/artifacts.ts";
import { linkTree } from "../lib/link-tree.ts";
import { compileEvery, readSource } from "../lib/solidity.ts";
import { type Instrumented, instrument, libraryOf } from "./instrument.ts";

/**
 * Builds every contract from instrumented sources, mocks from their own, into a folder like Hardhat's.
 * @returns what there is to be reached; mocks and interfaces are left out
 */
export function buildInstrumented(folder: string): Instrumented {
  const all = globSync("contracts/**/*.sol", { cwd: REPOSITORY }).sort();
  const measured = all.filter((path) => !/^contracts\/(mocks|interfaces|types)\//.test(path));
  const instrumented = instrument(measured, readSource);
  const read = (path: string) => libraryOf(path) ?? instrumented.sources.get(path) ?? readSource(path);
  rmSync(folder, { recursive: true, force: true });
  linkTree(join(REPOSITORY, "artifacts"), folder);
  for (const [name, build] of compileEvery(all, read)) {
    const [path, contract] = name.split(":") as [string, string];
    const file = join(folder, path, `${contract}.json`);
    const artifact = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    rmSync(file);
    writeFileSync(file, JSON.stringify({ ...artifact, ...build }));
  }
  return instrumented;
}
