import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { createLogger } from "./logger.ts";
import { createWebhooks, signatureOf, type WebhookArgs } from "./webhook.ts";

type Heard = { headers: IncomingHttpHeaders; body: string };

/** A receiver that answers as told; everything it hears. */
async function receiver(t: TestContext, answer: (response: ServerResponse, count: number) => void) {
  const heard: Heard[] = [];
  let tell: () => void = () => {};
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString("utf8");
    heard.push({ headers: request.headers, body });
    answer(response, heard.length);
    tell();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const until = async (count: number) => {
    while (heard.length < count) {
      await new Promise<void>((resolve) => {
        tell = resolve;
      });
    }
  };
  // A path such as chat services use: the key of the room.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/T0KEN5ECRETPATH0123456789`;
  return { url, heard, until };
}

function hooks(args: Partial<WebhookArgs>) {
  const lines: string[] = [];
  const ends: string[] = [];
  let tell: () => void = () => {};
  const log = createLogger({ name: "t", level: "trace", destination: { write: (line) => void lines.push(line) } });
  const onEnd = (end: string) => {
    ends.push(end);
    tell();
  };
  const made = createWebhooks({ urls: [], source: { chainId: 1 }, log, retryMs: [1, 1, 1], ...args, onEnd });
  const ended = async (count: number) => {
    while (ends.length < count) {
      await new Promise<void>((resolve) => {
        tell = resolve;
      });
    }
  };
  return { ...made, lines, ends, ended };
}

const ok = (response: ServerResponse) => void response.writeHead(204).end();

test("a delivery is signed over its time and body, with an id of its own", async (t) => {
  const { url, heard } = await receiver(t, ok);
  const { notify, ended } = hooks({ urls: [url], secret: "s3cret" });
  notify({ event: "JOB_WON", text: "a job was won", facts: { price: 10n ** 19n } });
  await ended(1);
  const [{ headers, body } = { headers: {}, body: "" }] = heard;
  const { id, at, ...rest } = JSON.parse(body);
  assert.deepEqual(rest, {
    event: "JOB_WON",
    text: "a job was won",
    chainId: 1,
    facts: { price: "10000000000000000000" },
  });
  assert.equal(headers["x-assay-delivery"], id);
  assert.ok(Math.abs(Date.parse(at) - Date.now()) < 3_600_000);
  assert.equal(headers["x-assay-signature"], signatureOf("s3cret", String(headers["x-assay-time"]), body));
  assert.notEqual(signatureOf("another", String(headers["x-assay-time"]), body), headers["x-assay-signature"]);
});

test("a receiver in trouble is tried again with the same id, and what it says of itself does not matter", async (t) => {
  const { url, heard } = await receiver(t, (response, count) => {
    if (count === 1) response.writeHead(503).end("busy");
    else if (count === 2) response.destroy();
    else response.writeHead(200).end("x".repeat(1_000_000));
  });
  const { notify, ended, ends } = hooks({ urls: [url] });
  notify({ event: "BALANCE_LOW", text: "low" });
  await ended(1);
  assert.deepEqual(ends, ["delivered"]);
  assert.equal(new Set(heard.map(({ headers }) => headers["x-assay-delivery"])).size, 1);
  assert.equal(heard.length, 3);
});

test("a refusal is final, and so is a redirect: nothing is sent where it points", async (t) => {
  const elsewhere = await receiver(t, ok);
  for (const [status, location] of [
    [401, undefined],
    [307, elsewhere.url],
  ] as const) {
    const { url, heard } = await receiver(t, (response) => {
      response.writeHead(status, location ? { location } : {}).end();
    });
    const { notify, ended, ends } = hooks({ urls: [url] });
    notify({ event: "E", text: "" });
    await ended(1);
    assert.deepEqual([ends, heard.length], [["given up"], 1]);
  }
  assert.equal(elsewhere.heard.length, 0);
});

test("a receiver that hangs holds up neither the caller nor the others", async (t) => {
  const hanging = await receiver(t, () => {});
  const good = await receiver(t, ok);
  const { notify, ended, ends, close } = hooks({ urls: [hanging.url, good.url], timeoutMs: 1e6, mostWaiting: 3 });
  for (let n = 0; n < 6; n++) notify({ event: `E${n}`, text: "" });
  await good.until(3);
  await hanging.until(1);
  // Each queue holds three: the one under way and the newest two. Three are dropped of each, and one receiver answers.
  await ended(6 + 3);
  assert.equal(ends.filter((end) => end === "dropped").length, 6);
  await close(1);
  assert.equal(ends.filter((end) => end === "given up").length, 3);
  assert.deepEqual(
    hanging.heard.map(({ headers }) => headers["x-assay-event"]),
    ["E0"],
  );
});

test("a slow answer is given up after its time, and tried as often as agreed", async (t) => {
  const { url, heard } = await receiver(t, () => {});
  const { notify, ended, ends } = hooks({ urls: [url], timeoutMs: 500, retryMs: [1, 1] });
  notify({ event: "E", text: "" });
  await ended(1);
  assert.deepEqual([ends, heard.length], [["given up"], 3]);
});

test("neither the secret nor the path of a receiver reaches a log", async (t) => {
  const { url } = await receiver(t, (response, count) => {
    if (count === 1) response.destroy();
    else response.writeHead(400).end();
  });
  const { notify, ended, lines } = hooks({ urls: [url, "http://127.0.0.1:1/KEYKEYKEYKEYKEYKEY1"], secret: "s3cret" });
  notify({ event: "E", text: "" });
  await ended(2);
  const log = lines.join("");
  assert.match(log, /not delivered/);
  for (const hidden of ["T0KEN5ECRET", "KEYKEY", "s3cret"]) assert.ok(!log.includes(hidden), hidden);
});

test("closing tries what waits once more and ends", async (t) => {
  const { url, heard } = await receiver(t, (response) => void response.writeHead(500).end());
  const { notify, close, ends } = hooks({ urls: [url], retryMs: [1e6, 1e6] });
  notify({ event: "A", text: "" });
  notify({ event: "B", text: "" });
  while (heard.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await close();
  assert.deepEqual(ends, ["given up", "given up"]);
  assert.deepEqual([...new Set(heard.map(({ headers }) => headers["x-assay-event"]))], ["A", "B"]);
});
