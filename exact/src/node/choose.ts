import type { ExactError } from "../errors.ts";
import { type BackendName, notAvailable } from "../run/backend-names.ts";
import type { Hex } from "../types.ts";
import { findTensorflow } from "./find-tensorflow.ts";

// Loads no back end.

/** Every engine, the one that is expected to be fastest first. */
export const ENGINES = [
  "tfjs-node-gpu",
  "webgpu",
  "tfjs-node",
  "wasm",
  "cpu",
] as const satisfies readonly BackendName[];

/** An engine that was put to the exactness probe on this machine, and passed. */
export interface ProvenEngine {
  engine: BackendName;
  /** What computes, where the engine says so. */
  adapter?: string;
  /** Of the probe's results: the same on every exact engine. */
  digest: Hex;
  /** Of the engine's code and this machine, where these alone decide on its results: see `loadExactBackend`. */
  fingerprint?: string;
  /** Of loading and probing. */
  seconds: number;
}

/** Why an engine is not used here. */
export interface RejectedEngine {
  engine: BackendName;
  /** EX-020: it does not load; EX-021: it is not exact; or what ended the process that tried. */
  code: string;
  reason: string;
  remedy: string;
}

/** A rejection that needs no process to find out: the engine's package is not installed. */
function rejectedUnseen(engine: BackendName, folder: string | undefined): ExactError | undefined {
  if (engine !== "tfjs-node" && engine !== "tfjs-node-gpu") return undefined;
  if (findTensorflow(engine, folder)) return undefined;
  return notAvailable(engine, `no package @tensorflow/${engine}`, "the optional package");
}

export interface ChooseOptions {
  /** Where the packages of TensorFlow were installed. */
  folder?: string | undefined;
  /** Go on after the first, so that the rejections are complete. */
  all?: boolean;
  /** In which order `auto` tries them; ENGINES if absent. */
  order?: readonly BackendName[];
}

/**
 * The engine to use: the wanted one, or with `auto` the first of `order` that `prove` does not reject.
 * @param prove loads and probes one engine, in a process of its own where a crash must be survived; see `proveEngine`
 * @returns every engine that passed, the one to use first, and why the others did not
 */
export async function chooseEngine(
  wanted: "auto" | BackendName,
  prove: (engine: BackendName) => Promise<ProvenEngine>,
  { folder, all = false, order = ENGINES }: ChooseOptions = {},
): Promise<{ proven: ProvenEngine[]; rejected: RejectedEngine[] }> {
  const proven: ProvenEngine[] = [];
  const rejected: RejectedEngine[] = [];
  const names = wanted === "auto" ? order : [wanted, ...(all ? ENGINES.filter((name) => name !== wanted) : [])];
  for (const engine of names) {
    if (proven.length > 0 && !all) break;
    try {
      const unseen = rejectedUnseen(engine, folder);
      if (unseen) throw unseen;
      proven.push(await prove(engine));
    } catch (error) {
      rejected.push(rejection(engine, error));
    }
  }
  return { proven, rejected };
}

function rejection(engine: BackendName, error: unknown): RejectedEngine {
  const { code, found, hint, message } = error as Partial<ExactError>;
  return {
    engine,
    code: code ?? "EX-020",
    reason: found ?? message ?? String(error),
    remedy: hint ?? "see the message",
  };
}
