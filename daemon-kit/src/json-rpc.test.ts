import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { test } from "node:test";
import { HttpRequestError, ResponseBodyTooLargeError, RpcRequestError, TimeoutError } from "viem";
import { askJsonRpc } from "./json-rpc.ts";

type Told = { id: number; method: string; params: unknown };

/** An endpoint, and what it was asked. */
async function endpoint(answer: (told: Told, response: ServerResponse, request: IncomingMessage) => void) {
  const asked: Told[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const told = JSON.parse(Buffer.concat(parts).toString("utf8")) as Told;
    asked.push(told);
    answer(told, response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, server, close };
}

const say = (response: ServerResponse, id: number, rest: object, status = 200) =>
  response
    .writeHead(status, { "content-type": "application/json" })
    .end(JSON.stringify({ jsonrpc: "2.0", id, ...rest }));

test("an answer, an endpoint's error and no answer are told apart, by viem's errors", async () => {
  const { url, asked, close } = await endpoint(({ id, method }, response) => {
    if (method === "good") return void say(response, id, { result: "0x2a" });
    if (method === "null") return void say(response, id, { result: null });
    if (method === "revert") return void say(response, id, { error: { code: 3, message: "reverted", data: "0x08" } });
    // some endpoints say what is wrong with a call under a status that is not 200
    if (method === "refused") return void say(response, id, { error: { code: -32602, message: "no" } }, 400);
    if (method === "busy") return void response.writeHead(429, { "retry-after": "7" }).end("slow down");
    if (method === "page") return void response.writeHead(200).end("<html>");
    if (method === "empty") return void say(response, id, {});
    response.destroy();
  });
  const ask = askJsonRpc(url, { timeoutMs: 10_000 }) as unknown as (call: object) => Promise<unknown>;
  try {
    assert.equal(await ask({ method: "good", params: [1, "x"] }), "0x2a");
    assert.deepEqual([asked[0]?.method, asked[0]?.params], ["good", [1, "x"]]);
    assert.equal(await ask({ method: "null" }), null);
    await assert.rejects(ask({ method: "revert" }), (error: RpcRequestError) => {
      assert.ok(error instanceof RpcRequestError);
      assert.deepEqual([error.code, error.data], [3, "0x08"]);
      return true;
    });
    await assert.rejects(ask({ method: "refused" }), RpcRequestError);
    await assert.rejects(ask({ method: "busy" }), (error: HttpRequestError) => {
      assert.ok(error instanceof HttpRequestError);
      assert.deepEqual([error.status, error.headers?.get("Retry-After")], [429, "7"]);
      return true;
    });
    for (const method of ["page", "empty", "cut"]) await assert.rejects(ask({ method }), HttpRequestError);
  } finally {
    await close();
  }
  await assert.rejects(ask({ method: "gone" }), HttpRequestError);
});

test("an endpoint that does not answer in time, or without end, is left", async () => {
  const { url, close } = await endpoint(({ method }, response) => {
    if (method === "endless") {
      response.writeHead(200);
      const piece = Buffer.alloc(2 ** 20, 0x20);
      const more = () => {
        while (!response.destroyed && response.write(piece)) {}
      };
      response.on("drain", more);
      more();
    }
  });
  try {
    await assert.rejects(askJsonRpc(url, { timeoutMs: 50 })({ method: "silent" } as never), TimeoutError);
    // by this error, and not as if nothing had answered, readers of logs know that they have to ask for less
    const much = askJsonRpc(url, { timeoutMs: 60_000 })({ method: "endless" } as never);
    await assert.rejects(much, ResponseBodyTooLargeError);
  } finally {
    await close();
  }
});

test("a read over a connection that was just closed is asked again, a transaction is not", async () => {
  let questions = 0;
  const server = createTcpServer((socket) => {
    let first = true;
    socket.on("error", () => {});
    socket.on("data", () => {
      questions += 1;
      if (!first) return void socket.resetAndDestroy();
      first = false;
      const body = '{"jsonrpc":"2.0","id":1,"result":"0x1"}';
      socket.write(
        `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = askJsonRpc(url, { timeoutMs: 10_000 }) as unknown as (call: object) => Promise<unknown>;
  try {
    assert.equal(await ask({ method: "eth_blockNumber" }), "0x1");
    assert.equal(await ask({ method: "eth_blockNumber" }), "0x1");
    assert.equal(questions, 3);
    await assert.rejects(ask({ method: "eth_sendRawTransaction" }), HttpRequestError);
    assert.equal(questions, 4);
  } finally {
    server.close();
  }
});
