import * as tf from "@tensorflow/tfjs-core";
import { ExactError } from "../errors.ts";
import { type BackendName, notAvailable } from "./backend-names.ts";

/** A loaded tfjs back end. tfjs has one active back end per process: `activate` before a run of operations. */
export interface Backend {
  readonly name: BackendName;
  /** What computes, in its maker's words: the graphics adapter of webgpu, the TensorFlow library of tfjs-node. */
  readonly adapter?: string;
  activate(): Promise<void>;
}

export interface BackendOptions {
  /** Folder or URL prefix, with a trailing slash, that holds the .wasm files of tfjs-backend-wasm. */
  wasmPath?: string;
  /** Take a webgpu adapter that computes on the processor: right, but slower than wasm by far. For tests. */
  allowSoftwareAdapter?: boolean;
}

/** The name under which tfjs knows a back end. */
const REGISTERED: Record<BackendName, string> = {
  "tfjs-node-gpu": "tensorflow",
  webgpu: "webgpu",
  "tfjs-node": "tensorflow",
  wasm: "wasm",
  cpu: "cpu",
};

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
  if (name === "cpu") await import("@tensorflow/tfjs-backend-cpu");
  if (name === "wasm") {
    const wasm = await import("@tensorflow/tfjs-backend-wasm");
    // Paths can be set only before the first load; a second load of the same back end keeps the first paths.
    if (options.wasmPath !== undefined && tf.findBackend("wasm") === null) wasm.setWasmPaths(options.wasmPath);
  }
  // TensorFlow's library registers itself when `loadNodeBackend` loads its package.
  return undefined;
}

/**
 * Loads a tfjs back end and makes it the active one. In Node use `loadNodeBackend` of `@assay/exact/node`, which finds
 * the .wasm files, Dawn and TensorFlow's library. Throws ExactError EX-020 if the back end cannot be initialised here, and
 * for a webgpu adapter that is software, unless that is allowed.
 */
export async function loadBackend(name: BackendName, options: BackendOptions = {}): Promise<Backend> {
  // Production mode silences tfjs' advice on other packages and skips its range checks; ours are made at compile time.
  tf.enableProdMode();
  let failure = "it did not initialise";
  const registered = REGISTERED[name];
  try {
    const adapter = await register(name, options);
    if (await tf.setBackend(registered)) {
      return {
        name,
        ...(adapter === undefined ? {} : { adapter }),
        activate: async () => {
          if (tf.getBackend() !== registered) await tf.setBackend(registered);
        },
      };
    }
  } catch (error) {
    if (error instanceof ExactError) throw error;
    failure = error instanceof Error ? error.message : String(error);
  }
  throw notAvailable(name, failure);
}
