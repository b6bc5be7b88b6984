import { ExactError } from "../errors.ts";

// No back end is loaded here: daemons that only name one stay small.

export type BackendName = "tfjs-node-gpu" | "webgpu" | "tfjs-node" | "wasm" | "cpu";

const HINT: Record<BackendName, string> = {
  "tfjs-node-gpu":
    "Install @tensorflow/tfjs-node-gpu with its CUDA libraries (docs/operators/engines.md), or use another engine.",
  webgpu: "Install the optional packages webgpu and @tensorflow/tfjs-backend-webgpu and the card's Vulkan driver.",
  "tfjs-node": "Build it with `npm run engine:tfjs-node -- FOLDER` and set engineFolder (docs/operators/engines.md).",
  wasm: "Pass wasmPath, or use the cpu back end.",
  cpu: "Install @tensorflow/tfjs-backend-cpu.",
};

/** EX-020 for a back end that does not load. */
export function notAvailable(name: BackendName, found: string, wanted = "a loaded tfjs back end"): ExactError {
  return new ExactError("EX-020", { path: `backend ${name}`, found, wanted, hint: HINT[name] });
}
