import type { CID } from "multiformats/cid";
import { RAW } from "../block.ts";

/** A request for one deed; every answer but 2xx is a failure. */
export type EndpointRequest = {
  url: string;
  method: "GET" | "HEAD" | "PUT" | "POST";
  body?: BodyInit;
  headers?: Record<string, string>;
};

/**
 * What holds blocks, by its address: `http(s)://…` is a trustless gateway that takes uploads, as startGateway is;
 * `kubo+http(s)://…` is the RPC of a Kubo daemon, which also finds blocks that its peers have.
 */
export type Endpoint = {
  get(cid: CID): EndpointRequest;
  /** Succeeds when the block is there. */
  has(cid: CID): EndpointRequest;
  /** Statuses by which `has` says no. */
  absent: readonly number[];
  put(cid: CID, block: Uint8Array): EndpointRequest;
  /** Succeeds when it is at work. */
  health: EndpointRequest;
  /** What is still to be asked for when all blocks below `root` are there. */
  keep?(root: CID): EndpointRequest;
};

const KUBO = "kubo+";
const RAW_TYPE = "application/vnd.ipld.raw";

export function endpointOf(address: string): Endpoint {
  return address.startsWith(KUBO) ? kubo(trimmed(address.slice(KUBO.length))) : gateway(trimmed(address));
}

function gateway(base: string): Endpoint {
  const url = (cid: CID) => `${base}/ipfs/${cid}?format=raw`;
  return {
    health: { url: `${base}/healthz`, method: "GET" },
    get: (cid) => ({ url: url(cid), method: "GET", headers: { accept: RAW_TYPE } }),
    has: (cid) => ({ url: url(cid), method: "HEAD" }),
    // A broken copy answers 500 and is gone after that: sending the block mends it.
    absent: [404, 500],
    put: (cid, block) => ({
      url: url(cid),
      method: "PUT",
      body: block as Uint8Array<ArrayBuffer>,
      headers: { "content-type": RAW_TYPE },
    }),
  };
}

// Every command is a POST, and every failure a 500 with a sentence.
function kubo(base: string): Endpoint {
  const command = (name: string, query: Record<string, string>): EndpointRequest => ({
    url: `${base}/api/v0/${name}?${new URLSearchParams(query)}`,
    method: "POST",
  });
  return {
    health: command("version", {}),
    get: (cid) => command("block/get", { arg: cid.toString() }),
    has: (cid) => command("block/stat", { arg: cid.toString(), offline: "true" }),
    absent: [500],
    put: (cid, block) => {
      const body = new FormData();
      body.append("data", new Blob([block as Uint8Array<ArrayBuffer>], { type: "application/octet-stream" }), "block");
      const codec = cid.code === RAW ? "raw" : "dag-pb";
      return { ...command("block/put", { "cid-codec": codec, mhtype: "sha2-256", pin: "false" }), body };
    },
    // Unpinned blocks are the first to go when its garbage collection runs.
    keep: (root) => command("pin/add", { arg: root.toString(), recursive: "true" }),
  };
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, "");
}
