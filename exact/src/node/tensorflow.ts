import util from "node:util";
import { notAvailable } from "../run/backend-names.ts";
import { findTensorflow, packagesOf, type TensorflowEngine } from "./find-tensorflow.ts";

/** The part of the package that is looked at. */
interface TensorflowPackage {
  version: { "tfjs-core": string };
  findBackend(name: "tensorflow"): { isUsingGpuDevice: boolean; binding: { TF_Version?: string } };
}

/** What tfjs' own kernels are of; a package built for others would share an engine that it does not know. */
const TFJS_VERSION = "4.22.0";

/**
 * Loads TensorFlow's library into this process: its package registers itself with tfjs-core, whose registry is shared by
 * every copy of it in a process.
 * @param folder a folder with a node_modules of its own; without it, the packages beside this one
 * @returns what computes
 * @throws ExactError EX-020 without the package, its addon or its library, and for a GPU package that found no GPU
 */
export function loadTensorflow(name: TensorflowEngine, folder?: string): string {
  if (!findTensorflow(name, folder)) {
    throw notAvailable(
      name,
      `no package @tensorflow/${name}${folder === undefined ? "" : ` in ${folder}`}`,
      "the package, with its addon and TensorFlow's library",
    );
  }
  // The package calls a function that newer Node versions have dropped.
  (util as unknown as Record<string, unknown>).isNullOrUndefined ??= (value: unknown) => value == null;
  let loaded: TensorflowPackage;
  try {
    loaded = packagesOf(folder)(`@tensorflow/${name}`) as TensorflowPackage;
  } catch (error) {
    const found = error instanceof Error ? error.message.split("\n")[0]!.trim() : String(error);
    throw notAvailable(name, found, "its addon and TensorFlow's library");
  }
  const tfjs = loaded.version["tfjs-core"];
  if (tfjs !== TFJS_VERSION) throw notAvailable(name, `tfjs ${tfjs}`, `@tensorflow/${name}@${TFJS_VERSION}`);
  const { isUsingGpuDevice, binding } = loaded.findBackend("tensorflow");
  if (name === "tfjs-node-gpu" && !isUsingGpuDevice) {
    throw notAvailable(name, "TensorFlow sees no GPU", "a CUDA device with the driver and libraries it was built for");
  }
  return `TensorFlow ${binding.TF_Version ?? "of unknown version"}${isUsingGpuDevice ? " on a GPU" : ""}`;
}
