export * from "./client/index.ts";
export { trimCache } from "./node/block-cache.ts";
export { type BlockFolder, type BlockFolderOptions, openBlockFolder } from "./node/block-folder.ts";
export { type Gateway, type GatewayArgs, startGateway } from "./node/gateway.ts";
export { requestBytes } from "./node/request-bytes.ts";
export { touchFile } from "./node/touch-file.ts";
