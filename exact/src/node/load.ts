import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { type Backend, type BackendOptions, loadBackend } from "../run/backend.ts";
import type { BackendName } from "../run/backend-names.ts";
import { installDawn } from "./dawn.ts";
import { loadTensorflow } from "./tensorflow.ts";

export interface NodeBackendOptions extends Omit<BackendOptions, "wasmPath"> {
  /** Folder whose node_modules hold @tensorflow/tfjs-node(-gpu); without it, the packages beside this one. */
  folder?: string | undefined;
}

/**
 * `loadBackend` for Node: finds the .wasm files in the installed tfjs package, Dawn for webgpu and TensorFlow's library for
 * tfjs-node(-gpu). Throws ExactError EX-020.
 */
export async function loadNodeBackend(name: BackendName, options: NodeBackendOptions = {}): Promise<Backend> {
  const { folder, ...rest } = options;
  if (name === "webgpu") await installDawn();
  if (name === "tfjs-node" || name === "tfjs-node-gpu") {
    const adapter = loadTensorflow(name, folder);
    return { ...(await loadBackend(name, rest)), adapter };
  }
  const wasm = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json"));
  return loadBackend(name, { ...rest, wasmPath: join(wasm, "dist") + sep });
}
