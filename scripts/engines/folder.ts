import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where `npm run engine:tfjs-node` builds unless told otherwise, and where the tests look for it. */
export const TFJS_NODE_FOLDER = join(
  fileURLToPath(new URL("../..", import.meta.url)),
  "node_modules",
  ".cache",
  "assay-tfjs-node",
);
