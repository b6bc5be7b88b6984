// The entry `@assay/exact/engines`: what there is, without loading any of it.
export { chooseEngine, ENGINES, type ProvenEngine, type RejectedEngine } from "./node/choose.ts";
