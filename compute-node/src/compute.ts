import { createHash } from "node:crypto";
import { join } from "node:path";
import { type ChildContext, writeDurably } from "@assay/daemon-kit/child";
import {
  createTracer,
  decodeTensors,
  encodeTensors,
  type Hex,
  type IntTensor,
  runProgram,
  stateHash,
  tensorRoot,
  verifyDataset,
} from "@assay/exact";
import { loadExactBackend, proveEngine } from "@assay/exact/node";
import { type Checkpoint, checkpointAt, milestoneSpacing, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import type { CpuLedger } from "./cpu-ledger.ts";
import { nodeError } from "./errors.ts";
import { type JobInputs, reporter } from "./inputs.ts";
import { measure } from "./measure.ts";
import { OUTPUT_FILE, RESULT_FILE } from "./run-files.ts";
import type { RunResult } from "./state.ts";
import type { AnswerOutcome, MeasureOutcome, ProbeOutcome, RunTask, Task, TaskMessage } from "./tasks.ts";

/**
 * Segments may be far shorter than what is worth a write to the disk. A crash may cost so much work: a second of it, or more
 * where a write takes more than half a percent of that, and no more than ten.
 */
const CHECKPOINT_MS = { least: 1000, most: 10_000, writes: 200 };
/** Nobody reads faster, and the daemon has to listen. */
const PROGRESS_MS = 1000;

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
type Context = ChildContext & { cpu: CpuLedger };

/** Puts an engine to the exactness probe, or times it. */
export async function tryEngine({
  task,
  engine,
}: Extract<Task, { task: "probe" | "measure" }>): Promise<ProbeOutcome | MeasureOutcome> {
  if (task === "probe") return await proveEngine(engine.name, engine);
  return await measure(await loadExactBackend(engine.name, engine));
}

/** Runs a job from the newest whole checkpoint in its folder, and leaves output and result there. */
export async function run(
  { nonce, folder, engine }: Omit<RunTask, "task">,
  { compiled, dataset, initial }: JobInputs,
  context: Context,
): Promise<RunResult> {
  const { cpu } = context;
  const send = (message: TaskMessage) => context.send(message);
  const torn: string[] = [];
  const saved = readCheckpoint(folder, startFrom, (file) => torn.push(file));
  const start = saved ?? { step: 0, state: initial, boundaries: [] };
  const boundaries = [...start.boundaries];
  const spacing = compiled.segmentLength * milestoneSpacing(compiled.segments);
  const lastInner = (compiled.segments - 1) * compiled.segmentLength;
  let due = performance.now() + CHECKPOINT_MS.least;
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
      const began = performance.now();
      if (!kept && began < due) return;
      writeCheckpoint(folder, { step, boundaries, tensors: encodeTensors(state) }, (old) => old % spacing === 0);
      due = nextCheckpoint(performance.now(), began);
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
  console.log(JSON.stringify(cpu.told));
  return outcome;
}

/** When the next checkpoint is worth writing, after one that was begun at `began`. */
function nextCheckpoint(now: number, began: number): number {
  const { least, most, writes } = CHECKPOINT_MS;
  return now + Math.min(most, Math.max(least, writes * (now - began)));
}

/** What a finished run says at the places of games. */
export async function answer(
  task: Extract<Task, { task: "answer" }>,
  inputs: JobInputs,
  context: Context,
): Promise<AnswerOutcome> {
  const { compiled, dataset, initial } = inputs;
  const { nonce, folder, engine, record, games } = task;
  const boundaries = innerBoundaries(folder, compiled) ?? (await remake(task, inputs, context));
  const tracer = createTracer({
    compiled,
    dataset,
    tree: async () => {
      const onRows = reporter(dataset, { onMessage: (message) => void context.send(message) });
      return (await verifyDataset(compiled, dataset, { onRows })).tree;
    },
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
function innerBoundaries(folder: string, { segments }: JobInputs["compiled"]): Hex[] | undefined {
  if (segments === 1) return [];
  return readCheckpoint(folder, ({ boundaries }) => (boundaries.length === segments - 1 ? boundaries : undefined));
}

/** Runs the job again, from what the folder still has: its files may be lost, its result may not be undefended. */
async function remake(task: Omit<RunTask, "task">, inputs: JobInputs, context: Context): Promise<Hex[]> {
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
