import { type ClaimedJob, finalizableAt, type Job, type JobId, type SubmittedJob } from "@assay/sdk";
import { type Address, concat, hexToBigInt, keccak256, numberToHex } from "viem";
import type { SettleConfig } from "../../config.ts";

/** A job as this bot sees it. */
export interface SettleView {
  job: Job;
  /** A transaction about it is under way. */
  busy: boolean;
  /** Chain time, Unix seconds, before which it is left alone: an earlier try was refused. */
  notBefore: number;
  /** A strategy has rejected its result. */
  rejected: boolean;
}

export interface SettleState {
  /** Chain time, Unix seconds. */
  now: number;
  account: Address;
  jobs: readonly SettleView[];
  /** Wei spent on fees in the last 24 hours. */
  gasSpent: bigint;
}

export type SettleAction =
  /** Pay the providers of these jobs in one transaction. */
  { type: "finalize"; ids: JobId[] } | { type: "expire" | "cancel" | "reject"; id: JobId };

type Limits = Pick<
  SettleConfig,
  "jobs" | "accounts" | "finalize" | "expire" | "cancel" | "spreadSeconds" | "maxBatch" | "gasPerDay"
>;

/** Jobs due in the same span take the same turn, so that they go into one batch. */
const TURN_SPAN = 3600;

/**
 * What to settle now. Depends on nothing but its arguments; no job twice; nothing before it is due and this keeper's turn
 * has come; nothing once the day's gas is spent.
 */
export function decideSettlement(state: SettleState, config: Limits): SettleAction[] {
  if (state.gasSpent >= config.gasPerDay) return [];
  const finalize: JobId[] = [];
  const single: SettleAction[] = [];
  for (const view of state.jobs) {
    const type = dutyOf(view, config);
    if (!type || view.busy || !isServed(view.job, state.account, config)) continue;
    const from = dueAt(view.job) + turnOf(state.account, dueAt(view.job), config.spreadSeconds);
    if (state.now < Math.max(from, view.notBefore)) continue;
    if (type === "finalize") finalize.push(view.job.id);
    else single.push({ type, id: view.job.id });
  }
  const batches: SettleAction[] = [];
  for (let at = 0; at < finalize.length; at += config.maxBatch) {
    batches.push({ type: "finalize", ids: finalize.slice(at, at + config.maxBatch) });
  }
  return [...batches, ...single];
}

function dutyOf({ job, rejected }: SettleView, config: Limits): SettleAction["type"] | undefined {
  if (job.status === "open" && config.cancel) return "cancel";
  if (job.status === "claimed" && config.expire) return "expire";
  if (job.status === "submitted" && config.finalize) return rejected ? "reject" : "finalize";
  return undefined;
}

/** The first second, in chain time, at which anyone may move a job on. */
export function dueAt(job: Job): number {
  if (job.status === "claimed") return (job as ClaimedJob).claimedAt + job.terms.runTime + 1;
  if (job.status === "submitted") return finalizableAt(job as SubmittedJob);
  return job.terms.claimBy + 1;
}

/** Whether the operator wants this job settled: there is no tip for it, so strangers' jobs are served only if asked for. */
export function isServed(job: Job, account: Address, { jobs, accounts }: Pick<Limits, "jobs" | "accounts">): boolean {
  if (jobs === "all") return true;
  const ours = new Set([account, ...accounts].map((address) => address.toLowerCase()));
  const parties = "provider" in job ? [job.terms.requester, job.provider] : [job.terms.requester];
  return parties.some((party) => ours.has(party.toLowerCase()));
}

/**
 * How many seconds after the due time a keeper's turn comes, 0 to `spread`. Another keeper that went first is then seen in
 * the simulation. The order of the keepers changes every hour.
 */
export function turnOf(account: Address, due: number, spread: number): number {
  const hash = keccak256(concat([account, numberToHex(Math.floor(due / TURN_SPAN), { size: 8 })]));
  return Number(hexToBigInt(hash) % BigInt(spread + 1));
}
