import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { CID } from "multiformats/cid";
import { StorageError } from "../errors.ts";

/** Where `npm run helia` installs Helia; it is no dependency of ours. */
export const HELIA_FOLDER = fileURLToPath(new URL("../../helia", import.meta.url));

/** What Helia asks of a place for blocks. */
export type HeliaBlockstore = {
  has(cid: CID): Promise<boolean>;
  get(cid: CID): AsyncGenerator<Uint8Array>;
  put(cid: CID, block: Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<CID>;
  delete(cid: CID): Promise<void>;
  getMany(cids: AsyncIterable<CID>): AsyncGenerator<{ cid: CID; bytes: AsyncGenerator<Uint8Array> }>;
  putMany(blocks: AsyncIterable<{ cid: CID; bytes: Uint8Array }>): AsyncGenerator<CID>;
  deleteMany(cids: AsyncIterable<CID>): AsyncGenerator<CID>;
  getAll(): AsyncGenerator<{ cid: CID; bytes: AsyncGenerator<Uint8Array> }>;
};

/** A Helia node, as far as it is used here. */
export type HeliaNode = {
  info: { name: string; version: string };
  blockstore: { get(cid: CID, options: { signal: AbortSignal }): AsyncIterable<Uint8Array> };
  /** Not there without peers. */
  libp2p?: {
    getPeers(): unknown[];
    getMultiaddrs(): { toString(): string }[];
    dial(address: object, options: { signal: AbortSignal }): Promise<{ readonly status: string }>;
  };
  start(): Promise<unknown>;
  stop(): Promise<unknown>;
};

type Part = (...settings: object[]) => unknown;

/** The names that `storage/helia/index.js` brings. */
export type HeliaPackage = {
  createHeliaLight(init: { blockstore: HeliaBlockstore; datastore: object; routers: object[] }): HeliaNode;
  withHTTP(
    node: HeliaNode,
    init: { delegatedRouters: string[]; recursiveGateways: string[]; allowInsecure: boolean; allowLocal: boolean },
  ): HeliaNode;
  withLibp2pLight(node: HeliaNode, init: object): HeliaNode;
  withBitswap(node: HeliaNode): HeliaNode;
  tcp: Part;
  noise: Part;
  yamux: Part;
  identify: Part;
  multiaddr(text: string): object;
  FsDatastore: new (folder: string) => object;
};

/**
 * Loads Helia, which takes some seconds and a hundred megabytes: only a process that was asked to be a peer does so.
 * @throws ST-015 where it is not installed
 */
export async function loadHelia(folder: string = HELIA_FOLDER): Promise<HeliaPackage> {
  try {
    return (await import(pathToFileURL(join(folder, "index.js")).href)) as HeliaPackage;
  } catch (cause) {
    throw new StorageError("ST-015", "Helia cannot be loaded", {
      found: cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause),
      wanted: `Helia and what it needs, in ${folder}`,
      hint: "npm run helia, in the folder of this repository, installs it",
      cause,
    });
  }
}
