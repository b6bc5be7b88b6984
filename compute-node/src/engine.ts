import type { BackendName } from "@assay/exact";
import { chooseEngine, ENGINES, type ProvenEngine, type RejectedEngine } from "@assay/exact/engines";
import { probeEngine } from "./children.ts";
import type { NodeConfig } from "./config.ts";
import { nodeError } from "./errors.ts";
import { fastestFirst, readMeasured } from "./machine.ts";

/** What this machine's engines are worth: those that passed the exactness probe, the one to use first. */
export interface EngineReport {
  proven: ProvenEngine[];
  rejected: RejectedEngine[];
}

/** Puts every engine to the exactness probe, each in a child of its own: an addon that crashes takes none along. */
export function examineEngines(config: NodeConfig, signal?: AbortSignal): Promise<EngineReport> {
  return choose(config, true, signal);
}

/**
 * The engine that `engine` asks for; with `auto` the first that loads and passes the probe, the fastest that was measured
 * here before all others.
 * @throws CN-010 when one gave wrong integers, CN-011 when none works
 */
export async function findEngine(
  config: NodeConfig,
  signal?: AbortSignal,
): Promise<{ engine: ProvenEngine; rejected: RejectedEngine[] }> {
  const { proven, rejected } = await choose(config, false, signal);
  signal?.throwIfAborted();
  const [engine] = proven;
  if (engine) return { engine, rejected };
  const code = rejected.some((item) => item.code === "EX-021") ? "CN-010" : "CN-011";
  throw nodeError(code, {
    found: rejected.map((item) => `${item.engine}: ${item.code} ${item.reason}`).join("; "),
    wanted: "an engine that computes the probe's integers exactly",
    hint: rejected.map((item) => `${item.engine}: ${item.remedy}`).join(" "),
  });
}

function choose(config: NodeConfig, all: boolean, signal?: AbortSignal): Promise<EngineReport> {
  const prove = (name: BackendName) => probeEngine(config, name, signal);
  const order = fastestFirst(readMeasured(config.dataDir), ENGINES);
  return chooseEngine(config.engine, prove, { folder: config.engineFolder, all, order });
}

/** What a process takes beyond the leanest engine's, in MiB: libraries, and what they keep for themselves. */
const ENGINE_MB: Record<BackendName, number> = {
  "tfjs-node-gpu": 1500,
  webgpu: 300,
  "tfjs-node": 400,
  wasm: 0,
  cpu: 0,
};

/** What a run needs on this node's engine. */
export function memoryOn(engine: BackendName, memoryMb: number): number {
  return memoryMb + ENGINE_MB[engine];
}

/**
 * The wall for a run's process: half as much again as was reckoned. Above it the program is not what it was taken for, and
 * the other runs need their share.
 */
export function memoryLimit(reckonedMb: number): number {
  return Math.ceil(1.5 * reckonedMb + 128);
}
