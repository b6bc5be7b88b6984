import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CHUNK_BYTES, fetchBytes, openBlockFolder, startGateway } from "@assay/storage";
import { logFile } from "../job-logs.ts";
import { scratch, word } from "../test-kit.ts";
import { shareLogs } from "./jobs.ts";

test("a requester reads a shared log from the gateway: its end, without the places of folders", async (t) => {
  const folder = scratch(t);
  const token = "of the gateway";
  const store = await openBlockFolder(join(folder, "blocks"));
  const gateway = await startGateway({ store, port: 0, token });
  t.after(() => gateway.close());
  const dataDir = join(folder, "data");
  const id = word(1);
  const long = "x".repeat(CHUNK_BYTES);
  writeFileSync(logFile(dataDir, id, "prepare"), "fetched\n");
  writeFileSync(logFile(dataDir, id, "run", word(2)), `${long}\nEX-050 at ${dataDir}/jobs and ${homedir()}/.cache\n`);

  const printed: string[] = [];
  const { write } = process.stdout;
  const env = { ASSAY_NODE_UPLOAD_TOKEN: token };
  try {
    process.stdout.write = (text: string | Uint8Array) => printed.push(String(text)) > 0;
    await shareLogs({ file: undefined, flags: { dataDir, gateways: ["http://127.0.0.1:1", gateway.url] }, env, id });
  } finally {
    process.stdout.write = write;
  }
  const [cid = "", said] = printed.join("").split("\n");
  const bytes = await fetchBytes({ gateways: [gateway.url], cid });
  assert.equal(bytes.length, CHUNK_BYTES, "one block");
  assert.match(said ?? "", new RegExp(`^${CHUNK_BYTES} bytes at http://127\\.0\\.0\\.1`));
  assert.ok(new TextDecoder().decode(bytes).endsWith("x\nEX-050 at DATA/jobs and HOME/.cache\n"));
});

test("a job without logs is told of; nothing is uploaded", async (t) => {
  const flags = { dataDir: scratch(t), gateways: ["http://127.0.0.1:1"] };
  await assert.rejects(shareLogs({ file: undefined, flags, env: {}, id: word(3) }), { code: "CN-062" });
});
