// A gateway in a stranger's hands, between a node and the market's block store.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";

/** What it does with a request for a block, given the block. */
export type Misdeed = (response: ServerResponse, block: Uint8Array) => void;

export interface HostileGateway {
  url: string;
  /** Blocks that are not handed out as they are, by their identifier. */
  readonly misdeeds: Map<string, Misdeed>;
  close(): Promise<void>;
}

/** @param target the gateway that answers what is not listed */
export async function startHostileGateway(target: string): Promise<HostileGateway> {
  const misdeeds = new Map<string, Misdeed>();
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = "GET", url = "/" } = request;
    const body = method === "PUT" ? (Readable.toWeb(request) as ReadableStream) : null;
    const real = await fetch(`${target}${url}`, { method, body, duplex: "half" } as RequestInit);
    const bytes = new Uint8Array(await real.arrayBuffer());
    const misdeed = method === "GET" ? misdeeds.get(/^\/ipfs\/([a-z0-9]+)/.exec(url)?.[1] ?? "") : undefined;
    if (misdeed) misdeed(response, bytes);
    else response.writeHead(real.status).end(method === "HEAD" ? undefined : bytes);
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    misdeeds,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Sends zeros until nobody listens any more. */
export function sendWithoutEnd(response: ServerResponse): void {
  const more = () => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536)));
  };
  response.on("drain", more);
  more();
}

/** Sends a byte now and then, never the last. */
export function sendDrop(response: ServerResponse, block: Uint8Array): void {
  response.writeHead(200, { "content-length": block.length });
  let at = 0;
  const timer = setInterval(() => response.write(block.subarray(at, ++at)), 200);
  response.on("close", () => clearInterval(timer));
}
