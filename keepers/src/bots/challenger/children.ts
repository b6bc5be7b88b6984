import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { facts, runChild } from "@assay/daemon-kit";
import type { BackendName } from "@assay/exact";
import { chooseEngine } from "@assay/exact/engines";
import type { ChallengerConfig } from "../../config.ts";
import { keeperError } from "../../errors.ts";
import { logOf } from "./run-folder.ts";
import type { CheckOutcome, EngineChoice, ProbeOutcome, Task, TaskMessage, ViewOutcome } from "./tasks.ts";

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));

interface Options {
  wallClockMs: number;
  signal: AbortSignal;
  onMessage?: (message: TaskMessage) => void;
}

type Outcome = { probe: ProbeOutcome; fetch: undefined; check: CheckOutcome; view: ViewOutcome };

type Limits = Pick<
  ChallengerConfig,
  "memoryMb" | "silenceSeconds" | "sandbox" | "diskMb" | "cacheBytes" | "engineFolder"
>;

/** What a task's child may reach. */
interface Reach {
  network: boolean;
  readable: string[];
  writable: string[];
}

/**
 * Does a task in a child process with limits of its own. A child that computes has no network: what its inputs lack is
 * fetched first, by a child that does nothing else.
 * @throws ST-xxx, EX-xxx, KP-xxx, DK-060..DK-066
 */
export async function runTask<T extends Task>(config: Limits, task: T, options: Options): Promise<Outcome[T["task"]]> {
  if (task.task === "probe") {
    return await inChild(config, task, { network: false, readable: [], writable: [task.folder] }, options);
  }
  const { inputs, folder } = task;
  const reach = { network: false, readable: [inputs.blocks], writable: [folder] };
  const offline = { ...task, inputs: { ...inputs, gateways: [] } };
  try {
    return await inChild(config, offline, reach, options);
  } catch (error) {
    options.signal.throwIfAborted();
    if (!isMissing(facts(error).code)) throw error;
  }
  const fetching = { network: true, readable: [], writable: [inputs.blocks] };
  await inChild(config, { task: "fetch", inputs, folder, cacheBytes: config.cacheBytes }, fetching, options);
  return await inChild(config, offline, reach, options);
}

/** A block that is not there, is not sound, or cannot be removed although it is not sound. */
function isMissing(code: string): boolean {
  return ["ST-003", "ST-005", "ST-009", "ST-013"].includes(code);
}

async function inChild<T extends Task>(
  config: Limits,
  task: T,
  { network, readable, writable }: Reach,
  { wallClockMs, signal, onMessage }: Options,
): Promise<Outcome[T["task"]]> {
  for (const folder of [task.folder, ...readable, ...writable]) mkdirSync(folder, { recursive: true });
  const result = await runChild({
    script: WORKER,
    input: task,
    // No key reaches it: runChild passes on a few named variables only.
    env: { NODE_OPTIONS: "--disable-warning=ExperimentalWarning" },
    memoryMb: config.memoryMb,
    // The cache of blocks is cut by who fills it.
    ...(network ? {} : { diskMb: config.diskMb }),
    sandbox: config.sandbox,
    network,
    readable: [...readable, ...(config.engineFolder ? [config.engineFolder] : [])],
    writable,
    wallClockMs: Math.max(1000, Math.min(wallClockMs, 2 ** 31 - 1)),
    silenceMs: config.silenceSeconds * 1000,
    onMessage: (message) => onMessage?.(message as TaskMessage),
    signal,
    abortGraceMs: 3000,
    logFile: logOf(task.folder),
  });
  return result as Outcome[T["task"]];
}

const PROBE_MS = 120_000;

/**
 * The engine for every re-run: the one that is set, or with `auto` the first that passes the exactness probe.
 * @throws KP-012 when none does
 */
export async function findEngine(
  config: ChallengerConfig,
  dataDir: string,
  signal: AbortSignal,
): Promise<EngineChoice> {
  const choice = (name: BackendName): EngineChoice => ({
    name,
    folder: config.engineFolder,
    allowSoftwareAdapter: config.allowSoftwareGpu,
  });
  if (config.engine !== "auto") return choice(config.engine);
  const prove = (name: BackendName) => {
    const task = { task: "probe", engine: choice(name), folder: join(dataDir, "probe") } as const;
    return runTask(config, task, { wallClockMs: PROBE_MS, signal });
  };
  const { proven, rejected } = await chooseEngine("auto", prove, { folder: config.engineFolder });
  const [engine] = proven;
  if (engine) return choice(engine.engine);
  throw keeperError("KP-012", {
    found: rejected.map((item) => `${item.engine}: ${item.code} ${item.reason}`).join("; "),
    wanted: "an engine that computes the probe's integers exactly",
    hint: rejected.map((item) => `${item.engine}: ${item.remedy}`).join(" "),
  });
}
