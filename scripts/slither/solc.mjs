#!/usr/bin/env node
// Plays the compiler's command line for Slither, which asks for `--version` and `--standard-json`: the compiler is the one
// that everything here is built with, and it finds imports as Hardhat does.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const solc = createRequire(import.meta.url)("solc");
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const read = (path) => {
  const found = [path, join("node_modules", path)].map((one) => join(root, one)).find(existsSync);
  return found ? { contents: readFileSync(found, "utf8") } : { error: `${path} is not found` };
};

// Slither reads syntax trees only, but its loader wants bytecode to be there: asking for none saves the whole code generation
const NO_CODE = { object: "", sourceMap: "" };

if (process.argv.includes("--version")) console.log(`Version: ${solc.version()}`);
else {
  const output = JSON.parse(solc.compile(readFileSync(0, "utf8"), { import: read }));
  for (const contracts of Object.values(output.contracts ?? {})) {
    for (const contract of Object.values(contracts)) contract.evm = { bytecode: NO_CODE, deployedBytecode: NO_CODE };
  }
  process.stdout.write(JSON.stringify(output));
}
