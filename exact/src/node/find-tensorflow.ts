import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export type TensorflowEngine = "tfjs-node" | "tfjs-node-gpu";

/** Finds packages in a folder's node_modules; without one, beside this package. */
export function packagesOf(folder: string | undefined): NodeJS.Require {
  return createRequire(folder === undefined ? import.meta.url : join(folder, "package.json"));
}

/** Where a package of TensorFlow's engine stands; undefined when it is not installed. Loads nothing. */
export function findTensorflow(name: TensorflowEngine, folder?: string): string | undefined {
  try {
    return dirname(packagesOf(folder).resolve(`@tensorflow/${name}/package.json`));
  } catch {
    return undefined;
  }
}
