import { type ChildContext, serveChild } from "@assay/daemon-kit/child";
import { openBlockFolder } from "@assay/storage";
import { CpuLedger } from "./cpu-ledger.ts";
import { loadInputs, prepareInputs } from "./inputs.ts";
import type { PrepareOutcome, Task, TaskMessage } from "./tasks.ts";

// A child process of the node. Everything a stranger wrote (manifests, programs, data) is read in here, so that the
// worst it can do is end this process.

const cpu = new CpuLedger();

serveChild(async (input, context) => {
  const task = input as Task;
  if (task.task === "prepare") return await prepare(task, context);
  // Loaded by those who compute only: every job that is looked at waits for a process that prepares it.
  const { answer, run, tryEngine } = await import("./compute.ts");
  cpu.note("start");
  if (task.task === "probe" || task.task === "measure") return await tryEngine(task);
  const inputs = await loadInputs(task.inputs, await openBlockFolder(task.inputs.blocks), optionsOf(context));
  cpu.note("inputs");
  return task.task === "run"
    ? await run(task, inputs, { ...context, cpu })
    : await answer(task, inputs, { ...context, cpu });
});

async function prepare(task: Extract<Task, { task: "prepare" }>, context: ChildContext): Promise<PrepareOutcome> {
  cpu.note("start");
  const store = await openBlockFolder(task.inputs.blocks);
  const outcome = await prepareInputs(task.inputs, store, task, optionsOf(context));
  cpu.note("inputs");
  console.log(JSON.stringify(cpu.told));
  return outcome;
}

function optionsOf({ signal, send }: ChildContext) {
  return { signal, onMessage: (message: TaskMessage) => void send(message) };
}
