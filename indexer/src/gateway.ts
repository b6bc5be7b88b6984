import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ask } from "./door.ts";
import { failure } from "./errors.ts";

/** Queries beyond this are refused before graph-node sees them. */
const MAX_QUERY_BYTES = 64 * 1024;

export interface Gateway {
  url: string;
  server: Server;
}

export interface GatewayArgs {
  /** 0 takes any free port. */
  port: number;
  /** The subgraph's name. */
  name: string;
  /** The Unix socket of graph-node's query server; undefined while there is none. */
  graphql: () => string | undefined;
  /** What /status answers. */
  status: () => Promise<object>;
}

/**
 * The one thing of the indexer that can be reached: queries of one subgraph, on 127.0.0.1.
 *
 *     POST /             the subgraph's GraphQL
 *     GET  /status       what the indexer is doing
 *
 * @throws IX-008 the port is taken
 */
export function openGateway({ port, name, graphql, status }: GatewayArgs): Promise<Gateway> {
  const server = createServer((question, answer) => {
    const serve = question.method === "GET" && question.url === "/status" ? showStatus : forward;
    serve(question, answer).catch((error: Error) => fail(answer, 502, error.message));
  });

  async function showStatus(_: IncomingMessage, answer: ServerResponse): Promise<void> {
    send(answer, 200, Buffer.from(JSON.stringify(await status())));
  }

  async function forward(question: IncomingMessage, answer: ServerResponse): Promise<void> {
    if (question.method !== "POST" || question.url !== "/")
      return fail(answer, 404, "POST / with a query, or GET /status");
    const body = await read(question);
    if (!body) return fail(answer, 413, `a query is at most ${MAX_QUERY_BYTES} bytes`);
    const socket = graphql();
    if (socket === undefined) return fail(answer, 503, "graph-node is starting");
    const reply = await ask(socket, `/subgraphs/name/${name}`, body);
    send(answer, reply.status, reply.body);
  }

  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(portTaken(port, cause)));
    server.listen(port, "127.0.0.1", () => {
      resolve({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server });
    });
  });
}

async function read(question: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of question as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_QUERY_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function send(answer: ServerResponse, status: number, body: Buffer): void {
  answer.writeHead(status, { "content-type": "application/json" }).end(body);
}

function fail(answer: ServerResponse, status: number, message: string): void {
  if (answer.headersSent) answer.destroy();
  else send(answer, status, Buffer.from(JSON.stringify({ errors: [{ message }] })));
}

function portTaken(port: number, cause: NodeJS.ErrnoException) {
  return failure("IX-008", `cannot listen on port ${port}`, {
    found: cause.message,
    wanted: "a free port of 127.0.0.1",
    hint: "choose another with --port, or stop what is there; `npm run indexer -- status` shows a running indexer",
    cause,
  });
}
