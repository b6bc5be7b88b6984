import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { type Backend, type BackendName, type BackendOptions, loadBackend, notAvailable } from "./run/backend.ts";

/** Puts WebGPU, as npm's optional `webgpu` has it for Node, where browsers have it. Once per process. */
async function installDawn(): Promise<void> {
  const { navigator } = globalThis;
  if ("gpu" in navigator) return;
  let dawn: typeof import("webgpu");
  try {
    dawn = await import("webgpu");
  } catch (error) {
    const found = error instanceof Error ? error.message.split("\n")[0]! : String(error);
    throw notAvailable("webgpu", found, "the optional package webgpu, with its addon for this platform");
  }
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(navigator, "gpu", { value: dawn.create([]), configurable: true });
}

/**
 * `loadBackend` for Node: finds the .wasm files in the installed tfjs package, and Dawn for webgpu. Throws ExactError
 * EX-020.
 */
export async function loadNodeBackend(
  name: BackendName,
  options: Omit<BackendOptions, "wasmPath"> = {},
): Promise<Backend> {
  if (name === "webgpu") await installDawn();
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json"));
  return loadBackend(name, { ...options, wasmPath: join(folder, "dist") + sep });
}
