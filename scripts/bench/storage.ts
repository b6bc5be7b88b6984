/**
 * The data path: a file streamed from a gateway on this machine, each block checked against its identifier before a byte
 * is handed out. The gateway runs in a process of its own. Prints MB/s and the memory of the reading process: at its most,
 * and what it grew by after the first sixteenth of the file, which is flat when a file of any length streams.
 * `--mebibytes N` (default 1907: 2 GB), `--json`.
 */
import { spawn } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fetchFile, importToStore, openBlockFolder, startGateway } from "../../storage/src/index.ts";

const MB = 1e6;
const MIB = 2 ** 20;
const { values } = parseArgs({
  options: { json: { type: "boolean" }, mebibytes: { type: "string", default: "1907" }, serve: { type: "string" } },
});

/** Bytes that no two blocks share, made as they are asked for. */
function* source(mebibytes: number): Generator<Uint8Array> {
  const chunk = randomFillSync(Buffer.alloc(MIB));
  for (let i = 0; i < mebibytes; i++) {
    chunk.writeUInt32LE(i);
    yield Uint8Array.from(chunk);
  }
}

async function measure(mebibytes: number) {
  const folder = mkdtempSync(join(tmpdir(), "assay-bench-"));
  let server: ReturnType<typeof spawn> | undefined;
  try {
    const { cid, bytes } = await importToStore(await openBlockFolder(folder), source(mebibytes));
    server = spawn(process.execPath, [import.meta.filename, "--serve", folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(server.stdout!, "data")) as [Buffer];
    const gateways = [line.toString().trim()];
    const began = performance.now();
    let done = 0;
    let early = 0;
    let most = 0;
    for await (const data of fetchFile({ gateways, cid, maxBytes: bytes })) {
      done += data.length;
      const resident = process.memoryUsage.rss() / MIB;
      most = Math.max(most, resident);
      if (done <= bytes / 16) early = most;
    }
    if (done !== bytes) throw new Error(`${done} bytes arrived of ${bytes}`);
    const seconds = (performance.now() - began) / 1000;
    return { megabytes: bytes / MB, seconds, mbPerSecond: bytes / MB / seconds, mostMib: most, grewMib: most - early };
  } finally {
    server?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

if (values.serve) {
  const gateway = await startGateway({ store: await openBlockFolder(values.serve), port: 0 });
  console.log(gateway.url);
} else {
  const found = await measure(Number(values.mebibytes));
  const round = Object.fromEntries(Object.entries(found).map(([name, value]) => [name, Number(value.toFixed(1))]));
  console.log(values.json ? JSON.stringify(round) : round);
}
