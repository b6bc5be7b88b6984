import type { BackendName, Saturation } from "@assay/exact";
import type { ProvenEngine } from "@assay/exact/engines";
import type { NodeBackendOptions } from "@assay/exact/node";
import type { DisputeRecord, Game, JobSpec, ProviderMove } from "@assay/sdk";
import type { Hex } from "viem";

/** The engine that a child computes with. */
export interface EngineChoice extends NodeBackendOptions {
  name: BackendName;
  /** Fingerprint of the engine that passed the probe at the node's start: one that still has it is not probed again. */
  proven?: string | undefined;
}

/** Where a job's inputs come from and what they must be. */
export interface InputsRequest {
  gateways: readonly string[];
  /** Most that a gateway may take for one block. */
  timeoutMs: number;
  /** Folder of verified blocks, shared by all jobs. */
  blocks: string;
  spec: JobSpec;
  /** Most bytes fetched for the job. */
  maxBytes: number;
  /** Digests of the inputs of this node's own jobs: the cache is not cut by them. */
  kept: readonly Hex[];
}

/** What the parent asks of a child process. The child gets no key and no more environment than it needs. */
export type Task =
  | { task: "probe"; engine: EngineChoice }
  | { task: "measure"; engine: EngineChoice }
  /**
   * Nothing but the manifest is fetched of a job whose run needs more than `memoryMb`. Blocks of earlier jobs that are longest
   * unused go when more than `cacheBytes` would be held.
   */
  | { task: "prepare"; inputs: InputsRequest; memoryMb: number; cacheBytes: number }
  | RunTask
  /** What a finished run says at the places where games stand; the run is made again where the folder has lost it. */
  | (Omit<RunTask, "task"> & { task: "answer"; record: DisputeRecord; games: readonly Game[] });

export interface RunTask {
  task: "run";
  inputs: InputsRequest;
  nonce: Hex;
  folder: string;
  engine: EngineChoice;
}

export type ProbeOutcome = ProvenEngine;

export interface PrepareOutcome {
  kind: "train" | "infer";
  /** Multiply-adds of the whole run. */
  macs: number;
  /** What the run is expected to need. */
  memoryMb: number;
  /** MiB of the files that are kept until the job has ended (DSP-91), at their most. */
  diskMb: number;
  /** Seconds that the run waits for rows of a data set that does not fit into its cache. */
  readSeconds: number;
  /** False when it needs more memory than was allowed, and its inputs were left where they are. */
  fetched: boolean;
}

/** What a benchmark of an engine found. */
export interface MeasureOutcome {
  secondsPerGmac: number;
  /** From the start of the process to the engine's first step. */
  startSeconds: number;
}

/** Answers in the order of the games. */
export interface AnswerOutcome {
  moves: ProviderMove[];
}

/** How far a run is. */
export interface RunProgress {
  kind: "progress";
  step: number;
  steps: number;
  loss: number;
  accuracy: number | undefined;
  etaSeconds: number;
  /** Shares of weights at their clip and of gradients rounded to zero: an integer run never shows a NaN. */
  saturation: Saturation | undefined;
}

/** What a child tells while it works. */
export type TaskMessage =
  | { kind: "fetching"; what: "manifest" | "dataset" | "init"; bytesDone: number; bytesTotal: number | undefined }
  | { kind: "checking"; bytesDone: number; bytesTotal: number }
  | { kind: "started"; step: number; steps: number; torn: string[] }
  | RunProgress
  | { kind: "checkpoint"; step: number };
