import type { Facts } from "@assay/daemon-kit";
import type { ClaimedJob, Job, SubmittedJob } from "@assay/sdk";
import type { Address, Hex } from "viem";
import type { Verdict } from "./history.ts";
import type { CostModel } from "./quote.ts";

/** What a run takes. `macs` counts the multiply-adds of the whole run; `readSeconds` it waits for its data beside them. */
export interface RunCost {
  kind: "train" | "infer";
  macs: number;
  memoryMb: number;
  diskMb: number;
  readSeconds: number;
}

/** What came of looking at a job's inputs (DSP-90). */
export type Preparation =
  /** Fetched, verified, and what the spec says. */
  | ({ status: "ready" } & RunCost)
  /** Known by its manifest alone: it needs more memory than the node was allowed, and nothing else was fetched. */
  | ({ status: "unfetched" } & RunCost)
  /** Not what the spec says, or not to be had, after so many tries. `retryAtMs`: worth another look then. */
  | { status: "refused"; error: Facts; retryAtMs: number | undefined; tries: number };

/** What a finished run hands over; the output itself is in a file. */
export interface RunResult {
  runRoot: Hex;
  finalRoots: Hex[];
  finalState: Hex;
  /** sha2-256 of the output file, hex without 0x. */
  outputHash: string;
  outputBytes: number;
  loss: number;
}

/** The local side of a claimed job, for one nonce. */
export interface LocalRun {
  nonce: Hex;
  /** Attempts that failed. */
  attempts: number;
  /** Unix ms before which the next attempt does not start. */
  retryAtMs: number;
  gaveUp: Facts | undefined;
  finished: boolean;
}

export type ActionType = "prepare" | "claim" | "run" | "submit" | "finalize";

/** A job as the chain and this node see it. */
export interface JobView {
  job: Job;
  preparation?: Preparation | undefined;
  run?: LocalRun | undefined;
  /** What is under way for it. */
  busy?: ActionType | undefined;
  /** While a run is under way: for which nonce. */
  runningNonce?: Hex | undefined;
  /** Unix ms before which a settlement that was refused is not tried again. */
  notBeforeMs?: number | undefined;
  /** This node lost it to another, or the market refused this node for good. */
  lost?: boolean | undefined;
  /** What the operator has said of it. */
  verdict?: Verdict | undefined;
}

/** Everything a decision is made from. */
export interface NodeState {
  /** The chain's clock, Unix seconds: the time the next block will have. */
  now: number;
  /** This machine's clock, Unix ms. */
  nowMs: number;
  head: bigint;
  /** Whose stake and earnings. */
  provider: Address;
  /** Who signs. */
  operator: Address;
  authorised: boolean;
  asy: Address;
  /** Stake that new bonds can be taken from. */
  freeStake: bigint;
  /** All stake, and what bonds hold of it; of the whole, operators may keep `exposureBps` / 10,000 locked. */
  stake: bigint;
  lockedStake: bigint;
  exposureBps: number;
  /** The provider's score. */
  reputation: number;
  /** Wei of the signing account. */
  gasBalance: bigint;
  /** MiB that checkpoints and results take on the disk. */
  diskUsedMb: number;
  /** Wei that a unit of gas costs now. */
  gasPrice: bigint;
  cost: CostModel;
  /** What the market pays lately for 10^9 multiply-adds, ASY's smallest unit. */
  marketPerGmac: bigint | undefined;
  /** The operator is leaving: nothing more is claimed, what was claimed is delivered. */
  leaving: boolean;
  /** The node is stopping: nothing new. */
  draining: boolean;
  /** A challenge to an own result waits for an answer: no other work is begun. */
  pressed: boolean;
  jobs: readonly JobView[];
}

/** Whether this very account claimed the job: only it (or the owner's own key) may submit. */
export function isMine(job: Job, operator: Address): boolean {
  return "claimer" in job && job.claimer.toLowerCase() === operator.toLowerCase();
}

/** Block of the claim. */
export function claimBlock(job: Job): bigint {
  return job.timeline.find((event) => event.eventName === "JobClaimed")?.blockNumber ?? 0n;
}

/** The last second in which a claimed job's result is taken. */
export function submitDeadline(job: ClaimedJob | SubmittedJob): number {
  return job.claimedAt + job.terms.runTime;
}
