// What needs Node: the entry `@assay/exact/node`.
export { loadNodeBackend, type NodeBackendOptions } from "./node/load.ts";
export { loadExactBackend, proveEngine } from "./node/prove.ts";
