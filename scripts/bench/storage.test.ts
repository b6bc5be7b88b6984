// A file that streams is never whole in memory, on its way in or out.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { createMemoryBlocks } from "../../storage/src/client/memory-blocks.ts";
import { fetchFile, importFile, importToStore } from "../../storage/src/index.ts";

const MIB = 2 ** 20;
const bench = new URL("storage.ts", import.meta.url).pathname;

test("a reader's memory does not grow with the file", async () => {
  const args = ["--disable-warning=ExperimentalWarning", bench, "--mebibytes", "256", "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { grewMib, megabytes } = JSON.parse(stdout) as Record<string, number>;
  assert.equal(megabytes, 268.4);
  assert.ok(Number(grewMib) < 128, `grew by ${grewMib} MiB while 240 MiB were read`);
});

test("no more blocks are asked for than the reader will take next", async () => {
  const store = createMemoryBlocks();
  const { cid } = await importToStore(store, blocks(40));
  let asked = 0;
  const counted = {
    ...store,
    get: (name: typeof cid) => {
      asked += 1;
      return store.get(name);
    },
  };
  let taken = 0;
  for await (const { length } of fetchFile({ gateways: [], cid, store: counted, concurrency: 4 })) {
    taken += 1;
    assert.equal(length, MIB);
    await new Promise((resolve) => setImmediate(resolve));
    // The root, those taken, and four.
    assert.ok(asked <= 1 + taken + 4, `${asked} asked for when ${taken} were taken`);
  }
  assert.deepEqual([taken, asked], [40, 41]);
});

test("no more of a source is read than can be sent", async () => {
  let read = 0;
  let sent = 0;
  let most = 0;
  const source = function* () {
    for (const block of blocks(40)) {
      read += 1;
      most = Math.max(most, read - sent);
      yield block;
    }
  };
  const put = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    sent += 1;
  };
  const { blocks: stored } = await importFile({ source: source(), put, concurrency: 4 });
  assert.equal(stored, 41);
  // Four under way, one that waits for its turn, and one just read.
  assert.ok(most <= 6, `${most} blocks were held`);
});

/** Blocks of a MiB, each another. */
function* blocks(count: number): Generator<Uint8Array> {
  for (let n = 0; n < count; n++) yield new Uint8Array(MIB).fill(n + 1);
}
