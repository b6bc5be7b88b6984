import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { request as httpsRequest } from "node:https";
import { withoutCalldata } from "./calldata.ts";

/** Answers that hold whole transactions. */
const BLOCKS = /"eth_getBlockBy(Hash|Number)"/;
const UNCOMPRESSED = { "accept-encoding": "identity" };

/**
 * A Unix socket that leads to the RPC endpoint at `url`: the only way to the chain out of graph-node's network.
 * An endpoint that does not answer gives 502, which graph-node tries again. Blocks come without their calldata.
 */
export function openRpcDoor(path: string, url: string): Promise<Server> {
  const target = new URL(url);
  const request = target.protocol === "https:" ? httpsRequest : httpRequest;
  const server = createServer((question, answer) => {
    forward(question, answer).catch(() => answer.destroy());
  });

  async function forward(question: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await gathered(question);
    const blocks = BLOCKS.test(body.toString("latin1"));
    const { method, headers } = question;
    const asked = { ...headers, ...(blocks ? UNCOMPRESSED : {}), host: target.host };
    const upstream = request(target, { method, headers: asked }, (reply) => {
      const passed = blocks ? trimmed(reply, answer) : piped(reply, answer);
      passed.catch(() => answer.destroy());
    });
    upstream.once("error", () => {
      if (answer.headersSent) answer.destroy();
      else answer.writeHead(502).end();
    });
    upstream.end(body);
  }

  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => resolve(server));
  });
}

async function piped(reply: IncomingMessage, answer: ServerResponse): Promise<void> {
  answer.writeHead(reply.statusCode ?? 502, reply.headers);
  reply.pipe(answer);
  reply.once("error", () => answer.destroy());
}

async function trimmed(reply: IncomingMessage, answer: ServerResponse): Promise<void> {
  const body = Buffer.from(withoutCalldata((await gathered(reply)).toString()));
  answer.writeHead(reply.statusCode ?? 502, { "content-type": "application/json", "content-length": body.length });
  answer.end(body);
}

async function gathered(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}
