import { createHash } from "node:crypto";
import { join } from "node:path";
import { type ChildContext, serveChild, writeDurably } from "@assay/daemon-kit/child";
import {
  createTracer,
  decodeTensors,
  encodeTensors,
  type Hex,
  type IntTensor,
  runProgram,
  stateHash,
  tensorRoot,
} from "@assay/exact";
import { loadExactBackend, proveEngine } from "@assay/exact/node";
import { openBlockFolder } from "@assay/storage";
import { type Checkpoint, checkpointAt, milestoneSpacing, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { CpuLedger } from "./cpu-ledger.ts";
import { nodeError } from "./errors.ts";
import { costOf, loadInputs } from "./inputs.ts";
import { measure } from "./measure.ts";
import { OUTPUT_FILE, RESULT_FILE } from "./run-files.ts";
import type { RunResult } from "./state.ts";
import type { AnswerOutcome, RunTask, Task, TaskMessage } from "./tasks.ts";

/** Segments may be far shorter than what is worth a write to the disk: so much work a crash may cost. */
const CHECKPOINT_MS = 1000;
/** Nobody reads faster, and the daemon has to listen. */
const PROGRESS_MS = 1000;

// A child process of the node. Everything a stranger wrote (manifests, programs, data) is read in here, so that the
// worst it can do is end this process.

const cpu = new CpuLedger();

serveChild(async (input, context) => {
  cpu.note("start");
  const task = input as Task;
  if (task.task === "probe") return await proveEngine(task.engine.name, task.engine);
  if (task.task === "measure") return await measure(await loadExactBackend(task.engine.name, task.engine));
  const store = await openBlockFolder(task.inputs.blocks);
  const inputs = await loadInputs(task.inputs, store, {
    signal: context.signal,
    onMessage: (message) => void context.send(message),
  });
  cpu.note("inputs");
  if (task.task === "prepare") {
    console.log(JSON.stringify({ cpuSeconds: cpu.parts }));
    return costOf(inputs);
  }
  return task.task === "run" ? await run(task, inputs, context) : await answer(task, inputs, context);
});

/** Where a run goes on from a checkpoint, undefined when its state is not the one of its last boundary. */
function startFrom({ step, boundaries, tensors }: Checkpoint): Start | undefined {
  try {
    const state = decodeTensors(tensors);
    return stateHash(step, state.map(tensorRoot)) === boundaries.at(-1) ? { step, state, boundaries } : undefined;
  } catch {
    return undefined;
  }
}

type Start = { step: number; state: IntTensor[]; boundaries: Hex[] };
type Inputs = Awaited<ReturnType<typeof loadInputs>>;

async function run(
  { nonce, folder, engine }: Omit<RunTask, "task">,
  inputs: Inputs,
  context: ChildContext,
): Promise<RunResult> {
  const { compiled, dataset, initial } = inputs;
  const send = (message: TaskMessage) => context.send(message);
  const torn: string[] = [];
  const saved = readCheckpoint(folder, startFrom, (file) => torn.push(file));
  const start = saved ?? { step: 0, state: initial, boundaries: [] };
  const boundaries = [...start.boundaries];
  const spacing = compiled.segmentLength * milestoneSpacing(compiled.segments);
  const lastInner = (compiled.segments - 1) * compiled.segmentLength;
  let written = performance.now();
  let told = 0;
  await send({ kind: "started", step: start.step, steps: compiled.steps, torn });
  const backend = await loadExactBackend(engine.name, engine);
  cpu.note("engine");
  const result = await runProgram({
    compiled,
    backend,
    dataset,
    nonce,
    start,
    signal: context.signal,
    onProgress: ({ step, steps, loss, accuracy, etaSeconds, saturation }) => {
      if (performance.now() - told < PROGRESS_MS) return;
      told = performance.now();
      void send({ kind: "progress", step, steps, loss, accuracy, etaSeconds, saturation });
    },
    onSegment: async ({ step, stateHash, state }) => {
      cpu.note("steps");
      if (step === compiled.steps) return; // the result itself follows
      boundaries.push(stateHash);
      // The last one has all boundaries, which the answers to a dispute need.
      const kept = step % spacing === 0 || step === lastInner;
      if (!kept && performance.now() - written < CHECKPOINT_MS) return;
      written = performance.now();
      writeCheckpoint(folder, { step, boundaries, tensors: encodeTensors(state) }, (old) => old % spacing === 0);
      await send({ kind: "checkpoint", step });
      cpu.note("checkpoints");
    },
  });
  const output = encodeTensors(result.state);
  const { runRoot, finalRoots, finalState, loss } = result;
  const outcome: RunResult = {
    runRoot,
    finalRoots,
    finalState,
    loss,
    outputHash: createHash("sha256").update(output).digest("hex"),
    outputBytes: output.length,
  };
  writeDurably(join(folder, OUTPUT_FILE), output);
  // Last: its presence says that the output is whole.
  writeDurably(join(folder, RESULT_FILE), new TextEncoder().encode(JSON.stringify(outcome)));
  cpu.note("output");
  console.log(JSON.stringify({ cpuSeconds: cpu.parts }));
  return outcome;
}

/** What a finished run says at the places of games. */
async function answer(
  task: Extract<Task, { task: "answer" }>,
  inputs: Inputs,
  context: ChildContext,
): Promise<AnswerOutcome> {
  const { compiled, dataset, initial } = inputs;
  const { nonce, folder, engine, record, games } = task;
  const boundaries = innerBoundaries(folder, compiled) ?? (await remake(task, inputs, context));
  const tracer = createTracer({
    compiled,
    dataset,
    nonce,
    boundaries,
    backend: await loadExactBackend(engine.name, engine),
    loadState: async (segment) => {
      if (segment === 0) return initial;
      const saved = checkpointAt(folder, segment * compiled.segmentLength);
      return saved && startFrom(saved)?.state;
    },
  });
  // Loads the client of the contracts, which no other task needs.
  const { answerAt } = await import("./defender/answer.ts");
  const moves: AnswerOutcome["moves"] = [];
  for (const game of games) moves.push(await answerAt({ tracer, compiled, boundaries, record }, game));
  return { moves };
}

/** S_1 to S_{M-1}: the last checkpoint of a finished run has them all. */
function innerBoundaries(folder: string, { segments }: Inputs["compiled"]): Hex[] | undefined {
  if (segments === 1) return [];
  return readCheckpoint(folder, ({ boundaries }) => (boundaries.length === segments - 1 ? boundaries : undefined));
}

/** Runs the job again, from what the folder still has: its files may be lost, its result may not be undefended. */
async function remake(task: Omit<RunTask, "task">, inputs: Inputs, context: ChildContext): Promise<Hex[]> {
  await run(task, inputs, context);
  const made = innerBoundaries(task.folder, inputs.compiled);
  if (made) return made;
  throw nodeError("CN-031", {
    kind: "Retryable",
    found: `no whole checkpoint in ${task.folder} after a run`,
    wanted: "the states between the run's segments",
    hint: "look at the disk: a result that cannot be defended loses its bond",
  });
}
