import { createServer, request as httpRequest, type Server } from "node:http";
import { request as httpsRequest } from "node:https";

/**
 * A Unix socket that leads to the RPC endpoint at `url`: the only way to the chain out of graph-node's network.
 * An endpoint that does not answer gives 502, which graph-node tries again.
 */
export function openRpcDoor(path: string, url: string): Promise<Server> {
  const target = new URL(url);
  const request = target.protocol === "https:" ? httpsRequest : httpRequest;
  const server = createServer((question, answer) => {
    const { method, headers } = question;
    const upstream = request(target, { method, headers: { ...headers, host: target.host } }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
      reply.once("error", () => answer.destroy());
    });
    upstream.once("error", () => {
      if (answer.headersSent) answer.destroy();
      else answer.writeHead(502).end();
    });
    question.pipe(upstream);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => resolve(server));
  });
}
