import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryBlocks, startGateway } from "@assay/storage";
import { serverOf } from "../test-kit.ts";
import { checkStorage } from "./check-storage.ts";

test("a gateway is at work, with what it says of Helia; one that is connected to nobody is warned of", async (t) => {
  const store = createMemoryBlocks();
  const helia = { version: "7.1.15", peers: 2, upstreams: 1, routers: 0, addresses: [] as string[] };
  const gateway = await startGateway({ store, status: () => ({ helia }) });
  t.after(() => gateway.close());
  const found = `${gateway.url}: HTTP 200, Helia 7.1.15: 2 peers, 1 gateways, 0 routers`;
  assert.deepEqual(await checkStorage(gateway.url), { value: true, found });
  Object.assign(helia, { peers: 0, upstreams: 0 });
  assert.match((await checkStorage(gateway.url)).warn ?? "", /--peer/);
  const plain = await startGateway({ store });
  t.after(() => plain.close());
  assert.deepEqual(await checkStorage(plain.url), { value: true, found: `${plain.url}: HTTP 200` });
});

test("what a stranger answers is not printed, however long it is, and none is a failure with a remedy", async (t) => {
  const forged = await serverOf(t, (_, response) =>
    response.end(JSON.stringify({ helia: { version: "1\u001b[2J", peers: 1, upstreams: 1, routers: 1 } })),
  );
  assert.deepEqual(await checkStorage(forged), { value: true, found: `${forged}: HTTP 200` });
  const endless = await serverOf(t, (_, response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    };
    response.on("drain", more);
    more();
  });
  assert.deepEqual(await checkStorage(endless), { value: true, found: `${endless}: HTTP 200` });
  const ill = await serverOf(t, (_, response) => response.writeHead(500).end());
  assert.match((await checkStorage(ill)).warn ?? "", /log/);
  await assert.rejects(checkStorage("http://127.0.0.1:1"), { code: "ST-009", hint: /start the gateway/ });
});
