import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { type Backend, type BackendName, loadBackend } from "./run/backend.ts";

/** `loadBackend` for Node: finds the .wasm files in the installed tfjs package. Throws ExactError EX-020. */
export async function loadNodeBackend(name: BackendName): Promise<Backend> {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json"));
  return loadBackend(name, { wasmPath: join(folder, "dist") + sep });
}
