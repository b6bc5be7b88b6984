import type { BackendName } from "@assay/exact";
import type { ProvenEngine } from "@assay/exact/engines";
import type { NodeBackendOptions } from "@assay/exact/node";
import type { JobSpec } from "@assay/sdk";
import type { Hex } from "viem";
import type { ProofView, View } from "./view.ts";

/** The engine that a child computes with. */
export interface EngineChoice extends NodeBackendOptions {
  name: BackendName;
}

/** Where a job's inputs come from and what they must be. */
export interface InputsRequest {
  gateways: readonly string[];
  /** Folder of verified blocks, shared by all jobs. */
  blocks: string;
  spec: JobSpec;
  /** Largest file fetched, in bytes. */
  maxBytes: number;
}

interface RunRequest {
  inputs: InputsRequest;
  nonce: Hex;
  engine: EngineChoice;
  /** Result and checkpoints of this run. */
  folder: string;
}

/** What the parent asks of a child process. The child gets no key and no more environment than it needs. */
export type Task =
  /** Put an engine to the exactness probe. */
  | { task: "probe"; engine: EngineChoice; folder: string }
  /**
   * Fetch and verify the inputs, so that what computes needs no network. Blocks of earlier jobs that are longest unused go
   * when more than `cacheBytes` are held.
   */
  | { task: "fetch"; inputs: InputsRequest; folder: string; cacheBytes: number }
  /** Run the job; `fresh`: from the start, for a second opinion, without reading or writing the folder. */
  | (RunRequest & { task: "check"; fresh: boolean })
  /** What the finished run says at a place of the game, and what the judge would be shown next. */
  | (RunRequest & { task: "view"; game: WireGame; reveal: Hex });

/** The words of a game that a view needs. */
export interface WireGame {
  commitment: Hex;
  party: bigint;
  clock: bigint;
  place: bigint;
  expect: Hex;
  pre: Hex;
}

export type ProbeOutcome = ProvenEngine;

export interface CheckOutcome {
  runRoot: Hex;
  finalRoots: Hex[];
  finalState: Hex;
  /** S_1 to S_{M-1}. */
  boundaries: Hex[];
}

export interface ViewOutcome {
  view: View;
  /** For the move after this one, where the judge is next: shown to it before this one is sent. */
  proof?: ProofView;
}

/** What a child tells while it works. */
export type TaskMessage =
  | { kind: "fetching"; what: string; bytesDone: number }
  | { kind: "checking"; bytesDone: number }
  | { kind: "progress"; step: number; steps: number; etaSeconds: number };
