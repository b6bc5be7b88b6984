import { type ChildContext, serveChild } from "@assay/daemon-kit/child";
import { createTracer, runProgram } from "@assay/exact";
import { loadExactBackend, proveEngine } from "@assay/exact/node";
import { unpackGamePlace } from "@assay/sdk";
import { openBlockFolder, trimCache } from "@assay/storage";
import { keeperError } from "../../errors.ts";
import { fetchInputs, type JobInputs } from "./inputs.ts";
import { decideMove, judgedAfter } from "./move.ts";
import { loadSaved, MAX_STATES, newestState, readOutcome, saveState, writeOutcome } from "./run-folder.ts";
import type { CheckOutcome, Task, TaskMessage, ViewOutcome } from "./tasks.ts";
import { viewOf } from "./view.ts";

// A child process of the keeper. Everything a stranger wrote (manifests, programs, data, reveals) is read in here first,
// so that the worst it can do is end this process.

type CheckTask = Extract<Task, { task: "check" }>;
type ViewTask = Extract<Task, { task: "view" }>;

serveChild(async (input, context) => {
  const task = input as Task;
  if (task.task === "probe") return await proveEngine(task.engine.name, task.engine);
  const began = Date.now();
  const store = await openBlockFolder(task.inputs.blocks);
  const inputs = await fetchInputs(task.inputs, store, {
    signal: context.signal,
    onMessage: (message) => void context.send(message),
  });
  if (task.task === "fetch") {
    const removed = await trimCache(store, task.cacheBytes, began);
    console.log(JSON.stringify({ removed }));
    return undefined;
  }
  return task.task === "check" ? await check(task, inputs, context) : await view(task, inputs);
});

async function check(task: CheckTask, inputs: JobInputs, context: ChildContext): Promise<CheckOutcome> {
  const { nonce, folder, fresh } = task;
  const { compiled, dataset, initial } = inputs;
  const backend = await loadExactBackend(task.engine.name, task.engine);
  const saved = fresh ? undefined : newestState(folder);
  const start = saved
    ? { step: saved.segment * compiled.segmentLength, state: saved.state, boundaries: saved.boundaries }
    : { step: 0, state: initial, boundaries: [] };
  const every = Math.ceil(compiled.segments / MAX_STATES);
  const boundaries = [...start.boundaries];
  const result = await runProgram({
    compiled,
    backend,
    dataset,
    nonce,
    start,
    signal: context.signal,
    onProgress: ({ step, steps, etaSeconds }) =>
      void context.send({ kind: "progress", step, steps, etaSeconds } satisfies TaskMessage),
    onSegment: ({ index, step, stateHash, state }) => {
      if (step === compiled.steps) return;
      boundaries.push(stateHash);
      if (!fresh && (index + 1) % every === 0) saveState(folder, { segment: index + 1, boundaries, state });
    },
  });
  const { runRoot, finalRoots, finalState } = result;
  const outcome = { runRoot, finalRoots, finalState, boundaries: result.boundaries };
  if (!fresh) writeOutcome(folder, outcome);
  return outcome;
}

async function view(task: ViewTask, inputs: JobInputs): Promise<ViewOutcome> {
  const { nonce, folder, game, reveal } = task;
  const outcome = readOutcome(folder);
  if (!outcome) {
    throw keeperError("KP-021", {
      kind: "Retryable",
      found: `no finished run in ${folder}`,
      wanted: "the run that a game is played by",
      hint: "the job is run again, and the game goes on then",
    });
  }
  const { compiled, dataset, tree, initial } = inputs;
  const tracer = createTracer({
    compiled,
    dataset,
    tree: async () => tree,
    nonce,
    boundaries: outcome.boundaries,
    backend: await loadExactBackend(task.engine.name, task.engine),
    loadState: async (segment) => (segment === 0 ? initial : loadSaved(folder, segment)?.state),
  });
  const run = { tracer, compiled, boundaries: outcome.boundaries, nonce, dataRoot: task.inputs.spec.dataRoot };
  const view = await viewOf(run, unpackGamePlace(game.place));
  if (view.level === "proof") return { view, proof: view };
  const next = judgedAfter(game, reveal, decideMove(game, reveal, view));
  const proof = next && (await viewOf(run, next.place));
  return proof?.level === "proof" ? { view, proof } : { view };
}
