// The part of the package that runs in a browser.
export {
  assertBlock,
  assertCid,
  type BlockStore,
  cidsOfDigest,
  DAG_PB,
  digestOf,
  hashBlock,
  isBlock,
  MAX_BLOCK_BYTES,
  parseCid,
  RAW,
} from "../block.ts";
export { isStorageError, StorageError, type StorageErrorCode } from "../errors.ts";
export { type Endpoint, type EndpointRequest, endpointOf } from "./endpoint.ts";
export type { RequestBytes } from "./fetch-block.ts";
export { fetchByDigest } from "./fetch-by-digest.ts";
export { type FetchFileArgs, fetchBytes, fetchFile } from "./fetch-file.ts";
export { CHUNK_BYTES, cidOfFile, type FileSource, type ImportedFile, importFile } from "./import-file.ts";
export { importToStore } from "./import-to-store.ts";
export { createMemoryBlocks } from "./memory-blocks.ts";
export { type OpenFileArgs, openFile, type StoredFile } from "./open-file.ts";
export type { OnProgress, Progress } from "./progress.ts";
export { type UploadFileArgs, uploadFile } from "./upload-file.ts";
