import { request } from "node:http";

export interface Answer {
  status: number;
  body: Buffer;
}

/** One HTTP request through a Unix socket. Rejects when nobody answers. */
export function ask(socketPath: string, path: string, body?: string | Buffer, timeoutMs = 60_000): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const question = request({ socketPath, path, method, headers, timeout: timeoutMs }, (reply) => {
      const parts: Buffer[] = [];
      reply.on("data", (part: Buffer) => parts.push(part));
      reply.on("end", () => resolve({ status: reply.statusCode ?? 0, body: Buffer.concat(parts) }));
      reply.on("error", reject);
    });
    question.on("timeout", () => question.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    question.on("error", reject);
    question.end(body);
  });
}

/** A JSON-RPC call through a Unix socket: `result`, or an error with what the other side said. */
export async function call(socketPath: string, method: string, params: object): Promise<unknown> {
  const { body } = await ask(socketPath, "/", JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
  const reply = JSON.parse(body.toString()) as { result?: unknown; error?: { message: string } };
  if (reply.error) throw new Error(`${method}: ${reply.error.message}`);
  return reply.result;
}
