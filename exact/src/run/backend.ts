import * as tf from "@tensorflow/tfjs-core";
import { ExactError } from "../errors.ts";

export type BackendName = "wasm" | "cpu";

/** A loaded tfjs back end. tfjs has one active back end per process: `activate` before a run of operations. */
export interface Backend {
  readonly name: BackendName;
  activate(): Promise<void>;
}

export interface BackendOptions {
  /** Folder or URL prefix, with a trailing slash, that holds the .wasm files of tfjs-backend-wasm. */
  wasmPath?: string;
}

async function register(name: BackendName, options: BackendOptions): Promise<void> {
  if (name === "cpu") {
    await import("@tensorflow/tfjs-backend-cpu");
    return;
  }
  const wasm = await import("@tensorflow/tfjs-backend-wasm");
  // Paths can be set only before the first load; a second load of the same back end keeps the first paths.
  if (options.wasmPath !== undefined && tf.findBackend("wasm") === null) wasm.setWasmPaths(options.wasmPath);
}

/**
 * Loads a tfjs back end and makes it the active one. In Node use `loadNodeBackend` of `@assay/exact/node`, which finds
 * the .wasm files. Throws ExactError EX-020 if the back end cannot be initialised here.
 */
export async function loadBackend(name: BackendName, options: BackendOptions = {}): Promise<Backend> {
  // Production mode silences tfjs' advice on other packages and skips its range checks; ours are made at compile time.
  tf.enableProdMode();
  let failure = "it did not initialise";
  try {
    await register(name, options);
    if (await tf.setBackend(name)) {
      return {
        name,
        activate: async () => {
          if (tf.getBackend() !== name) await tf.setBackend(name);
        },
      };
    }
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  throw new ExactError("EX-020", {
    path: `backend ${name}`,
    found: failure,
    wanted: "a loaded tfjs back end",
    hint: name === "wasm" ? "Pass wasmPath, or use the cpu back end." : "Install @tensorflow/tfjs-backend-cpu.",
  });
}
