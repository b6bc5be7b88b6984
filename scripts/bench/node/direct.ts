// A job's program run directly with the engine, in a process of its own: no daemon, no sandbox, no checkpoints. It reads the
// manifest and the data set from a folder and prints what it took on one line. Started by job.ts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CpuLedger } from "../../../compute-node/src/cpu-ledger.ts";
import { assembleJob, decodeManifest, decodeTensors, type Hex, runProgram } from "../../../exact/src/index.ts";
import { loadNodeBackend } from "../../../exact/src/node.ts";

const cpu = new CpuLedger();
cpu.note("start");
const [folder, nonce] = process.argv.slice(2) as [string, Hex];
const manifest = decodeManifest(readFileSync(join(folder, "manifest")));
const [dataset] = decodeTensors(readFileSync(join(folder, "dataset")));
if (!dataset) throw new Error("no data set in the folder");
const { compiled, initial } = await assembleJob(manifest, { dataset });
cpu.note("inputs");
const backend = await loadNodeBackend("wasm");
cpu.note("engine");
const { seconds, hashSeconds, finalState } = await runProgram({
  compiled,
  backend,
  dataset,
  nonce,
  start: { step: 0, state: initial, boundaries: [] },
});
cpu.note("steps");
console.log(JSON.stringify({ wallSeconds: seconds, hashSeconds, cpuSeconds: cpu.told.cpuSeconds, finalState }));
