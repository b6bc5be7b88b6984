import * as tf from "@tensorflow/tfjs-core";
import { ExactError } from "../errors.ts";

export type BackendName = "wasm" | "cpu" | "webgpu";

/** A loaded tfjs back end. tfjs has one active back end per process: `activate` before a run of operations. */
export interface Backend {
  readonly name: BackendName;
  /** The graphics adapter, of webgpu only, in its maker's words. */
  readonly adapter?: string;
  activate(): Promise<void>;
}

export interface BackendOptions {
  /** Folder or URL prefix, with a trailing slash, that holds the .wasm files of tfjs-backend-wasm. */
  wasmPath?: string;
  /** Take a webgpu adapter that computes on the processor: right, but slower than wasm by far. For tests. */
  allowSoftwareAdapter?: boolean;
}

const HINT: Record<BackendName, string> = {
  wasm: "Pass wasmPath, or use the cpu back end.",
  cpu: "Install @tensorflow/tfjs-backend-cpu.",
  webgpu: "Use wasm, or install the optional packages webgpu and @tensorflow/tfjs-backend-webgpu and a driver.",
};

/** EX-020 for a back end that does not load. */
export function notAvailable(name: BackendName, found: string, wanted = "a loaded tfjs back end"): ExactError {
  return new ExactError("EX-020", { path: `backend ${name}`, found, wanted, hint: HINT[name] });
}

async function registerWebgpu({ allowSoftwareAdapter = false }: BackendOptions): Promise<string> {
  const gpu = (globalThis.navigator as Partial<Navigator> | undefined)?.gpu;
  if (!gpu) throw notAvailable("webgpu", "no navigator.gpu", "a browser or Node with WebGPU");
  // The same question that tfjs asks when it opens the device; without an answer its own code would fail unnamed.
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw notAvailable("webgpu", "no adapter", "a graphics adapter with its driver");
  const { description, vendor, architecture, isFallbackAdapter } = adapter.info;
  const words = description || `${vendor} ${architecture}`.trim() || "unnamed adapter";
  if (isFallbackAdapter && !allowSoftwareAdapter) {
    throw notAvailable("webgpu", `software adapter ${words}`, "a graphics adapter (allowSoftwareAdapter takes others)");
  }
  await import("@tensorflow/tfjs-backend-webgpu");
  // Tiny operations would otherwise run on tfjs' cpu kernels: the probe is to see the kernels that a run uses.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  return words;
}

async function register(name: BackendName, options: BackendOptions): Promise<string | undefined> {
  if (name === "webgpu") return registerWebgpu(options);
  if (name === "cpu") {
    await import("@tensorflow/tfjs-backend-cpu");
    return undefined;
  }
  const wasm = await import("@tensorflow/tfjs-backend-wasm");
  // Paths can be set only before the first load; a second load of the same back end keeps the first paths.
  if (options.wasmPath !== undefined && tf.findBackend("wasm") === null) wasm.setWasmPaths(options.wasmPath);
  return undefined;
}

/**
 * Loads a tfjs back end and makes it the active one. In Node use `loadNodeBackend` of `@assay/exact/node`, which finds
 * the .wasm files and Dawn. Throws ExactError EX-020 if the back end cannot be initialised here, and for a webgpu adapter
 * that is software, unless that is allowed.
 */
export async function loadBackend(name: BackendName, options: BackendOptions = {}): Promise<Backend> {
  // Production mode silences tfjs' advice on other packages and skips its range checks; ours are made at compile time.
  tf.enableProdMode();
  let failure = "it did not initialise";
  try {
    const adapter = await register(name, options);
    if (await tf.setBackend(name)) {
      return {
        name,
        ...(adapter === undefined ? {} : { adapter }),
        activate: async () => {
          if (tf.getBackend() !== name) await tf.setBackend(name);
        },
      };
    }
  } catch (error) {
    if (error instanceof ExactError) throw error;
    failure = error instanceof Error ? error.message : String(error);
  }
  throw notAvailable(name, failure);
}
