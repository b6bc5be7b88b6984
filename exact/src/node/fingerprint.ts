import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import type { BackendName } from "../run/backend-names.ts";

const PACKAGES: Partial<Record<BackendName, string>> = {
  wasm: "@tensorflow/tfjs-backend-wasm",
  cpu: "@tensorflow/tfjs-backend-cpu",
};

/**
 * What an engine's results depend on, as one sha256 in hex: its code, tfjs' own, this Node and this processor. Undefined for
 * an engine that computes with drivers or libraries outside of npm's packages: these may change at any time.
 */
export function fingerprintOf(engine: BackendName): string | undefined {
  const name = PACKAGES[engine];
  if (name === undefined) return undefined;
  const hash = createHash("sha256");
  hash.update(JSON.stringify([process.version, process.arch, cpus()[0]?.model]));
  for (const file of [...codeOf("@tensorflow/tfjs-core"), ...codeOf(name)]) hash.update(readFileSync(file));
  return hash.digest("hex");
}

/** The files of a package that are loaded: its script, and its WebAssembly. */
function codeOf(name: string): string[] {
  const require = createRequire(import.meta.url);
  const script = require.resolve(name);
  const dist = join(dirname(require.resolve(`${name}/package.json`)), "dist");
  const wasm = readdirSync(dist).filter((file) => file.endsWith(".wasm"));
  return [script, ...wasm.sort().map((file) => join(dist, file))];
}
