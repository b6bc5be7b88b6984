import { type ClaimedJob, finalizableAt, type Job, type JobId, type SubmittedJob } from "@assay/sdk";
import { type Address, isAddressEqual } from "viem";
import type { SettleConfig } from "../../config.ts";
import { type FirstSeen, inTurn, type Place, turnOf } from "../../turns.ts";

/** A job as this bot sees it. */
export interface SettleView {
  job: Job;
  /** A transaction about it is under way. */
  busy: boolean;
  /** When it was first seen due; absent until then. */
  first?: FirstSeen;
  /** Chain time, Unix seconds, before which it is left alone: an earlier try was refused. */
  notBefore: number;
  /** A strategy has rejected its result. */
  rejected: boolean;
  /** The batch with which it waits for a person. */
  asked?: readonly JobId[];
}

export interface SettleState {
  /** Chain time, Unix seconds. */
  now: number;
  account: Address;
  jobs: readonly SettleView[];
  /** Wei spent on fees in the last 24 hours. */
  gasSpent: bigint;
  /** Wei for a unit of gas. */
  gasPrice: bigint;
  /** Of a job's fee, in 1/10,000, to who settles it in a batch. */
  tipBps: number;
  /** Wei for 10^18 smallest units of a token, by its address in lower case. */
  tokenValues: ReadonlyMap<string, bigint>;
}

export type SettleAction =
  /** Pay the providers of these jobs in one transaction. */
  { type: "finalize"; ids: JobId[] } | { type: "expire" | "cancel" | "reject"; id: JobId };

type Limits = Pick<
  SettleConfig,
  | "jobs"
  | "accounts"
  | "finalize"
  | "expire"
  | "cancel"
  | "spreadSeconds"
  | "minBatch"
  | "maxWaitSeconds"
  | "maxBatch"
  | "gasPerBatch"
  | "gasPerJob"
  | "margin"
  | "gasPerDay"
> &
  Place;

/** A job whose provider can be paid now. */
interface Payable {
  id: JobId;
  /** Since when, what is left to strangers included; Unix seconds. */
  from: number;
  /** What settling it is worth to this keeper, wei; undefined for a job that is settled whatever it is worth. */
  worth: bigint | undefined;
  asked: readonly JobId[] | undefined;
}

const BPS = 10_000n;
const UNIT = 10n ** 18n;

/**
 * What to settle now. Depends on nothing but its arguments; no job twice; nothing before it is due and this keeper's turn
 * has come; nothing once the day's gas is spent; no stranger's job that costs more than it brings, unless asked for.
 */
export function decideSettlement(state: SettleState, config: Limits): SettleAction[] {
  if (state.gasSpent >= config.gasPerDay) return [];
  const payable: Payable[] = [];
  const single: SettleAction[] = [];
  for (const view of state.jobs) {
    const type = dutyOf(view, config);
    const due = dueAt(view.job);
    if (!type || view.busy || state.now < Math.max(due, view.notBefore)) continue;
    const ours = isServed(view.job, state.account, config);
    const paid = config.jobs === "paid" && type === "finalize";
    if (!ours && !paid) continue;
    const first = view.first ?? { at: due, due };
    if (!inTurn(state.now, first, state.account, config)) continue;
    if (type === "finalize") {
      // who waits for a fuller batch waits apart from strangers, too
      const from = due + (config.places > 1 ? 0 : turnOf(state.account, due, config.spreadSeconds));
      const worth = ours ? undefined : tipValue(view.job, state);
      payable.push({ id: view.job.id, from, worth, asked: view.asked });
    } else single.push({ type, id: view.job.id });
  }
  return [...batchesOf(payable, state, config), ...single];
}

/**
 * Batches of what can be paid. A stranger's job must bring its own gas and the margin; a batch of strangers' jobs alone the
 * gas of the transaction too. A batch that is not full waits for more, as long as its oldest job does not wait too long. What waits for
 * a person is left as it is.
 */
function batchesOf(payable: readonly Payable[], { now, gasPrice }: SettleState, config: Limits): SettleAction[] {
  const wanted = (gas: number) => (BigInt(gas) * gasPrice * BigInt(Math.ceil((1 + config.margin) * 1e6))) / 1_000_000n;
  const free = payable.filter(({ asked }) => !asked);
  const ours = free.filter(({ worth }) => worth === undefined);
  const paid = free
    .filter(({ worth }) => worth !== undefined && worth > 0n && worth >= wanted(config.gasPerJob))
    .sort((a, b) => (a.worth! > b.worth! ? -1 : a.worth! < b.worth! ? 1 : 0));
  const chosen = [...ours, ...paid];
  const batches = askedBatches(payable);
  for (let at = 0; at < chosen.length; at += config.maxBatch) {
    const batch = chosen.slice(at, at + config.maxBatch);
    const waits = batch.length < config.minBatch && batch.every(({ from }) => now < from + config.maxWaitSeconds);
    if (waits) continue;
    const gain = batch.reduce((sum, { worth }) => sum + (worth ?? 0n), 0n);
    const gift = batch.some(({ worth }) => worth === undefined);
    if (!gift && gain < wanted(config.gasPerBatch + batch.length * config.gasPerJob)) continue;
    batches.push({ type: "finalize", ids: batch.map(({ id }) => id) });
  }
  return batches;
}

/** What a person was asked for stays one batch: a yes is for exactly one call. */
function askedBatches(payable: readonly Payable[]): SettleAction[] {
  const members = Map.groupBy(payable, ({ asked }) => asked);
  return [...members].flatMap(([asked, found]) =>
    asked && found.length === asked.length ? [{ type: "finalize" as const, ids: [...asked] }] : [],
  );
}

/** Wei that the tip of a job is worth; 0 where the operator has not said what its token is worth. */
function tipValue(job: Job, { tipBps, tokenValues }: SettleState): bigint {
  const value = tokenValues.get(job.terms.token.toLowerCase()) ?? 0n;
  const fee = ((job as SubmittedJob).price * BigInt(job.terms.feeBps)) / BPS;
  return (((fee * BigInt(tipBps)) / BPS) * value) / UNIT;
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

/** Whether this job is settled whatever that costs: one of the operator's own, or any if it wants to serve all. */
export function isServed(job: Job, account: Address, { jobs, accounts }: Pick<Limits, "jobs" | "accounts">): boolean {
  if (jobs === "all") return true;
  const parties = "provider" in job ? [job.terms.requester, job.provider] : [job.terms.requester];
  return [account, ...accounts].some((ours) => parties.some((party) => isAddressEqual(ours, party)));
}
