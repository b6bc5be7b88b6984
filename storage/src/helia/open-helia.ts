import type { CID } from "multiformats/cid";
import { assertBlock, type BlockStore } from "../block.ts";
import { isStorageError, StorageError } from "../errors.ts";
import { askAgain } from "./ask-again.ts";
import { heliaBlocks } from "./helia-blocks.ts";
import { type HeliaNode, type HeliaPackage, loadHelia } from "./load-helia.ts";

export type HeliaArgs = {
  /** Where blocks are looked for, in order; what is fetched goes into the last. */
  stores: readonly BlockStore[];
  /** Folder of the node's own records, its identity among them. */
  records: string;
  /** Multiaddrs to listen at; with none the node calls peers, and is not called. */
  listen?: readonly string[];
  /** Multiaddrs of peers to stay connected with. */
  peers?: readonly string[];
  /** Trustless gateways to ask, by URL. */
  upstreams?: readonly string[];
  /** Delegated routers, by URL: they say who has a block. */
  routers?: readonly string[];
  /** Milliseconds between two looks at whether the peers are connected. */
  redialMs?: number;
  /** Where Helia is installed, if not where `npm run helia` does. */
  folder?: string;
  /** Told of each peer that could not be called. */
  onError?: (error: unknown) => void;
};

export type HeliaSource = {
  /** Gets a block from peers or gateways, checked. @throws ST-005 when nobody gave it until the signal fired */
  fetch(cid: CID, signal: AbortSignal): Promise<Uint8Array>;
  /** For /healthz. */
  status(): HeliaStatus;
  close(): Promise<void>;
};

export type HeliaStatus = { version: string; peers: number; upstreams: number; routers: number; addresses: string[] };

const DIAL_MS = 10_000;

/**
 * Starts a Helia node over our folders: it gives peers the blocks that lie there, and gets missing ones from them (Bitswap),
 * from trustless gateways, or from whomever a delegated router names. It reaches nothing that is not named here.
 * @throws ST-014 for an address that is none, ST-015 where Helia is not installed, ST-016 when it does not start
 */
export async function openHelia(args: HeliaArgs): Promise<HeliaSource> {
  const { upstreams = [], routers = [], redialMs = 10_000, onError = () => {} } = args;
  const lib = await loadHelia(args.folder);
  const peers = (args.peers ?? []).map((text) => ({ text, address: parse(lib, "peer", text) }));
  for (const text of args.listen ?? []) parse(lib, "listen", text);
  for (const text of [...upstreams, ...routers]) assertUrl(text);
  const node = build(lib, args);
  await node.start().catch(async (cause: unknown) => {
    await node.stop().catch(() => {});
    throw notStarted(cause);
  });
  const stop = new AbortController();
  const keeping = keepConnected(node, peers, { redialMs, onError, signal: stop.signal });
  return {
    fetch: async (cid, signal) => await fetchBlock(node, cid, AbortSignal.any([signal, stop.signal])),
    status: () => ({
      version: node.info.version,
      peers: node.libp2p?.getPeers().length ?? 0,
      upstreams: upstreams.length,
      routers: routers.length,
      addresses: node.libp2p?.getMultiaddrs().map(String) ?? [],
    }),
    async close() {
      stop.abort(new DOMException("the node is closed", "AbortError"));
      await keeping;
      await node.stop();
    },
  };
}

function build(lib: HeliaPackage, args: HeliaArgs): HeliaNode {
  const { upstreams = [], routers = [], listen = [], peers = [] } = args;
  const node = lib.createHeliaLight({
    blockstore: heliaBlocks(args.stores),
    datastore: new lib.FsDatastore(args.records),
    // Helia asks gateways when its routers have ended, and waits for ever where there is none to end.
    routers: [{ name: "nobody", async *findProviders() {} }],
  });
  lib.withHTTP(node, {
    delegatedRouters: [...routers],
    recursiveGateways: [...upstreams],
    // An operator may name a gateway of this machine; a router, which is a stranger, may not.
    allowInsecure: routers.length === 0,
    allowLocal: routers.length === 0,
  });
  // Where there can be no peers, Bitswap would wait for one until the end of its time.
  if (routers.length + listen.length + peers.length === 0) return node;
  lib.withLibp2pLight(node, {
    addresses: { listen: [...listen] },
    transports: [lib.tcp()],
    connectionEncrypters: [lib.noise()],
    streamMuxers: [lib.yamux()],
    services: { identify: lib.identify() },
  });
  return lib.withBitswap(node);
}

// Helia has checked the block; it is checked again like any other that comes from outside.
async function fetchBlock(node: HeliaNode, cid: CID, signal: AbortSignal): Promise<Uint8Array> {
  for (let attempt = 0; ; attempt++) {
    try {
      const bytes = await askAgain((until) => read(node, cid, until), signal);
      await assertBlock(cid, bytes, "Helia");
      return bytes;
    } catch (error) {
      // No room left for what came is our own trouble. A copy that was broken is gone now, and asked for again.
      if (isStorageError(error, "ST-004", "ST-013")) throw error;
      if (attempt === 0 && (error as Error).name === "NotFoundError") continue;
      throw new StorageError("ST-005", "no peer gave the block", {
        found: describe(error),
        wanted: cid.toString(),
        hint: "name a peer, a gateway or a router that knows it, or upload the file here",
        cause: error,
      });
    }
  }
}

async function read(node: HeliaNode, cid: CID, signal: AbortSignal): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of node.blockstore.get(cid, { signal })) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

type Peer = { text: string; address: object };
type Keeping = { redialMs: number; onError: (error: unknown) => void; signal: AbortSignal };

/** Calls the named peers, and again those that are gone, until the signal fires. */
async function keepConnected(node: HeliaNode, peers: readonly Peer[], { redialMs, onError, signal }: Keeping) {
  const open = new Map<string, { readonly status: string }>();
  const call = async ({ text, address }: Peer) => {
    if (open.get(text)?.status === "open") return;
    try {
      const options = { signal: AbortSignal.any([signal, AbortSignal.timeout(DIAL_MS)]) };
      const connection = await node.libp2p?.dial(address, options);
      if (connection) open.set(text, connection);
    } catch (error) {
      if (!signal.aborted) onError(new Error(`peer ${text}: ${describe(error)}`));
    }
  };
  while (!signal.aborted && peers.length > 0) {
    await Promise.all(peers.map(call));
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, redialMs);
      signal.addEventListener("abort", () => resolve(clearTimeout(timer)), { once: true });
    });
  }
}

function parse(lib: HeliaPackage, option: string, text: string): object {
  try {
    return lib.multiaddr(text);
  } catch (cause) {
    throw new StorageError("ST-014", "wrong command line", {
      found: `--${option} ${text}: ${describe(cause)}`,
      wanted: "a multiaddr, as /ip4/192.0.2.1/tcp/4001/p2p/12D3Koo…",
      hint: "see assay-storage --help",
      cause,
    });
  }
}

function assertUrl(text: string): void {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return;
  throw new StorageError("ST-014", "wrong command line", {
    found: text.slice(0, 200),
    wanted: "the URL of a gateway or a router, http:// or https://",
    hint: "see assay-storage --help",
  });
}

function notStarted(cause: unknown): StorageError {
  return new StorageError("ST-016", "Helia does not start", {
    found: describe(cause),
    wanted: "a node that listens where it was told, and can write its records",
    hint: "check the addresses of --listen: another process may listen there; and who may write the folder",
    cause,
  });
}

function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join("; ") || error.message;
  return error instanceof Error ? error.message : String(error);
}
