import {
  type ClaimedJob,
  finalizableAt,
  isEnded,
  type JobId,
  type PostedJob,
  priceAt,
  type SubmittedJob,
} from "@assay/sdk";
import type { Address, Hex } from "viem";
import { nextClaimTime } from "./claim-slot.ts";
import { type NodeConfig, priceFloor } from "./config.ts";
import { isPriceTaken, quoteJob } from "./quote.ts";
import type { SkipReason } from "./reasons.ts";
import { claimBlock, isMine, type JobView, type NodeState, type RunCost, submitDeadline } from "./state.ts";

export type Action =
  /** Fetch and verify the inputs. */
  | { type: "prepare"; id: JobId }
  /** Send the claim, not before `atMs` (Unix ms). */
  | { type: "claim"; id: JobId; atMs: number }
  | { type: "run"; id: JobId; nonce: Hex }
  | { type: "submit"; id: JobId; nonce: Hex }
  | { type: "finalize"; id: JobId }
  /** End a run whose claim is gone or another one now. */
  | { type: "stop"; id: JobId }
  /** Drop what is kept of it. */
  | { type: "forget"; id: JobId }
  | { type: "skip"; id: JobId; reason: SkipReason; detail: string };

type Limits = Pick<
  NodeConfig,
  | "confirmations"
  | "claimSpreadMs"
  | "prices"
  | "runMarginSeconds"
  | "slowness"
  | "claimMarginSeconds"
  | "memoryMb"
  | "diskMb"
  | "maxParallelJobs"
  | "minGasBalance"
  | "maxBond"
  | "maxWindow"
  | "mode"
  | "requesters"
  | "blockedRequesters"
  | "kinds"
  | "minGmac"
  | "maxGmac"
  | "pricing"
>;

/** Multiply-adds of the reference machine in a second: what a spec's refSeconds counts in. */
const REFERENCE_MACS = 1e9;
/** A measured machine is taken to be slower by this: others use it too, and programs differ. */
const SAFETY = 1.25;

/**
 * What to do now. Depends on nothing but its arguments; at most one action for each job. Own jobs come first: what is
 * claimed must be delivered, whatever else is open.
 */
export function decide(state: NodeState, config: Limits): Action[] {
  const budget: Budget = {
    slots: config.maxParallelJobs - active(state),
    runs: config.maxParallelJobs - count(state, "run"),
    stake: state.freeStake,
    exposure: exposureLeft(state),
    disk: config.diskMb - state.diskUsedMb - awaitedMb(state),
    memory: config.memoryMb - takenMb(state, config),
    preparing: count(state, "prepare") > 0,
  };
  const own: Action[] = [];
  const open: JobView[] = [];
  for (const view of state.jobs) {
    if (isOrphaned(view, state)) own.push({ type: "stop", id: view.job.id });
    else if (view.job.status === "open") open.push(view);
    else own.push(...decideTaken(view, state, config, budget));
  }
  // What could not be prepared before waits behind what was never looked at: a job that nobody delivers holds up no other.
  const ordered = [...open.filter((view) => !wasRefused(view)), ...open.filter(wasRefused)];
  return [...own, ...ordered.flatMap((view) => decideOpen(view, state, config, budget))];
}

interface Budget {
  /** Jobs that may be claimed. */
  slots: number;
  /** Runs that may be started. */
  runs: number;
  stake: bigint;
  /** What operators may still lock. */
  exposure: bigint;
  /** MiB that further runs may fill. */
  disk: number;
  /** MiB of memory that no job claimed has been reckoned with. */
  memory: number;
  preparing: boolean;
}

/** STK-12: the owner's own key is not limited. */
function exposureLeft({ operator, provider, stake, lockedStake, exposureBps, freeStake }: NodeState): bigint {
  if (operator.toLowerCase() === provider.toLowerCase()) return freeStake;
  return (stake * BigInt(exposureBps)) / 10_000n - lockedStake;
}

/** Jobs that occupy this machine or are about to. */
function active(state: NodeState): number {
  return state.jobs.filter((view) => view.busy === "claim" || occupies(view, state)).length;
}

/** MiB that claimed jobs may still fill: a result whose checkpoints found no space is defended slowly or not at all. */
function awaitedMb(state: NodeState): number {
  return state.jobs.reduce((sum, view) => {
    const taken = view.busy === "claim" || occupies(view, state);
    return taken && view.preparation?.status === "ready" ? sum + view.preparation.diskMb : sum;
  }, 0);
}

/** MiB of memory that claimed jobs need; one that was not reckoned since the start counts as an even share. */
function takenMb(state: NodeState, config: Limits): number {
  const share = config.memoryMb / config.maxParallelJobs;
  return state.jobs.reduce((sum, view) => {
    if (view.busy !== "claim" && !occupies(view, state)) return sum;
    return sum + (view.preparation?.status === "ready" ? view.preparation.memoryMb : share);
  }, 0);
}

function occupies({ job, run }: JobView, state: NodeState): boolean {
  if (job.status !== "claimed" || !isMine(job, state.operator)) return false;
  return state.now <= submitDeadline(job) && !(run?.nonce === job.nonce && run.gaveUp);
}

function count(state: NodeState, busy: JobView["busy"]): number {
  return state.jobs.filter((view) => view.busy === busy).length;
}

/** Whether a run is under way that nobody will pay for: a reorganisation or the clock took its claim away. */
function isOrphaned({ job, busy, runningNonce }: JobView, state: NodeState): boolean {
  if (busy !== "run") return false;
  return job.status !== "claimed" || !isMine(job, state.operator) || (job as ClaimedJob).nonce !== runningNonce;
}

/* Jobs that somebody has claimed, or that ended. */

function decideTaken(view: JobView, state: NodeState, config: Limits, budget: Budget): Action[] {
  const { job } = view;
  if (view.busy) return [];
  if (isEnded(job.status)) return [{ type: "forget", id: job.id }];
  if (!isMine(job, state.operator)) {
    const { provider } = job as ClaimedJob;
    const ours = provider.toLowerCase() === state.provider.toLowerCase();
    return ours ? [skip(view, "SKIP_OTHER_OPERATOR")] : [{ type: "forget", id: job.id }];
  }
  return job.status === "submitted"
    ? decideSubmitted(view, job as SubmittedJob, state)
    : decideClaimed(view, job as ClaimedJob, state, config, budget);
}

function decideSubmitted(view: JobView, job: SubmittedJob, state: NodeState): Action[] {
  const due = state.now >= finalizableAt(job) && state.nowMs >= (view.notBeforeMs ?? 0);
  return due ? [{ type: "finalize", id: job.id }] : [];
}

function decideClaimed(view: JobView, job: ClaimedJob, state: NodeState, config: Limits, budget: Budget): Action[] {
  const { id, nonce } = job;
  if (state.now > submitDeadline(job)) {
    return [skip(view, "SKIP_DEADLINE_PASSED", `it was ${submitDeadline(job)}, now it is ${state.now}`)];
  }
  // DSP-93: a claim that a reorganisation may still take back has a nonce that may still change
  if (state.head - claimBlock(job) < BigInt(config.confirmations)) return [];
  // Attempts for another nonce say nothing about this one.
  const run = view.run?.nonce === nonce ? view.run : undefined;
  if (run?.gaveUp) return [skip(view, "SKIP_GAVE_UP", run.gaveUp.message)];
  if (run?.finished) return state.nowMs >= (view.notBeforeMs ?? 0) ? [{ type: "submit", id, nonce }] : [];
  if (state.nowMs < (run?.retryAtMs ?? 0) || state.draining || state.pressed || budget.runs <= 0) return [];
  budget.runs -= 1;
  return [{ type: "run", id, nonce }];
}

/* Jobs that may be claimed. */

function decideOpen(view: JobView, state: NodeState, config: Limits, budget: Budget): Action[] {
  const job = view.job as PostedJob;
  const { id, terms } = job;
  if (view.busy) return [];
  const obstacle = unfit(view, job, state, config) ?? unaffordable(view, job, state, config, budget);
  if (obstacle) return [obstacle];
  const { preparation } = view;
  if (preparation?.status !== "ready") {
    if (preparation?.status === "refused" && !isDue(preparation.retryAtMs, state)) {
      const { code, message } = preparation.error;
      return [skip(view, "SKIP_INPUTS", `${code}: ${message}`)];
    }
    // The limit may have been raised since.
    const tooMuch = preparation?.status === "unfetched" && beyondMemory(view, preparation, config);
    if (tooMuch) return [tooMuch];
    // One at a time: a flood of jobs must not become a flood of downloads.
    if (budget.preparing) return [];
    budget.preparing = true;
    return [{ type: "prepare", id }];
  }
  const tooMuch =
    unworkable(view, job, state, config, preparation) ??
    unprofitable(view, job, state, config, preparation) ??
    tooLarge(view, preparation, config, budget) ??
    unapproved(view, config);
  if (tooMuch) return [tooMuch];
  budget.slots -= 1;
  budget.disk -= preparation.diskMb;
  budget.memory -= preparation.memoryMb;
  budget.stake -= terms.bond;
  budget.exposure -= terms.bond;
  return [{ type: "claim", id, atMs: nextClaimTime(id, state.provider, state.nowMs, config.claimSpreadMs) }];
}

function wasRefused({ preparation }: JobView): boolean {
  return preparation?.status === "refused";
}

function isDue(atMs: number | undefined, { nowMs }: NodeState): boolean {
  return atMs !== undefined && nowMs >= atMs;
}

/** What makes the job none of ours, whatever it pays. */
function unfit(view: JobView, { terms, spec }: PostedJob, state: NodeState, config: Limits): Action | undefined {
  const named = BigInt(terms.provider) !== 0n;
  if (named && terms.provider.toLowerCase() !== state.provider.toLowerCase()) {
    return skip(view, "SKIP_NOT_FOR_ME", terms.provider);
  }
  if (view.lost) return skip(view, "SKIP_LOST");
  if (state.draining) return skip(view, "SKIP_DRAINING");
  if (state.leaving) return skip(view, "SKIP_LEAVING");
  const unwanted = refusedByOperator(view, terms.requester, config);
  if (unwanted) return unwanted;
  if (state.pressed) return skip(view, "SKIP_DEFENDING");
  if (!state.authorised) return skip(view, "SKIP_NOT_OPERATOR", `${state.operator} for ${state.provider}`);
  if (spec.rulesVersion !== 1) return skip(view, "SKIP_RULES_VERSION", `${spec.rulesVersion}`);
  if (terms.bond > config.maxBond) return skip(view, "SKIP_BOND", `${terms.bond}, allowed ${config.maxBond}`);
  if (terms.window > config.maxWindow)
    return skip(view, "SKIP_WINDOW", `${terms.window} s, allowed ${config.maxWindow} s`);
  if (terms.minReputation > state.reputation) {
    return skip(view, "SKIP_REPUTATION", `${terms.minReputation}, the provider has ${state.reputation}`);
  }
  if (state.now + config.claimMarginSeconds > terms.claimBy) {
    return skip(view, "SKIP_DEADLINE_TOO_CLOSE", `claimBy ${terms.claimBy}, now ${state.now}`);
  }
  return undefined;
}

function unaffordable(
  view: JobView,
  { terms, spec }: PostedJob,
  state: NodeState,
  config: Limits,
  budget: Budget,
): Action | undefined {
  const floor = priceFloor(config, terms.token, state.asy);
  if (!floor) return skip(view, "SKIP_TOKEN", terms.token);
  const price = priceAt(terms, state.now);
  if (price < floor.minPrice) return skip(view, "SKIP_PRICE_TOO_LOW", `${price}, wanted ${floor.minPrice}`);
  if (state.gasBalance < config.minGasBalance) {
    return skip(view, "SKIP_GAS", `${state.gasBalance} wei, wanted ${config.minGasBalance}`);
  }
  if (budget.slots <= 0) return skip(view, "SKIP_BUSY", `${config.maxParallelJobs} allowed`);
  if (terms.bond > budget.stake) return skip(view, "SKIP_STAKE", `${budget.stake} free, bond ${terms.bond}`);
  if (terms.bond > budget.exposure) return skip(view, "SKIP_EXPOSURE", `${budget.exposure} left, bond ${terms.bond}`);
  return tooSlow(view, terms.runTime, { refSeconds: spec.refSeconds, readSeconds: 0 }, state, config);
}

function beyondMemory(view: JobView, { memoryMb }: { memoryMb: number }, config: Limits): Action | undefined {
  if (memoryMb <= config.memoryMb) return undefined;
  return skip(view, "SKIP_MEMORY", `${memoryMb} MiB, allowed ${config.memoryMb}`);
}

/** What only the program itself tells: the spec's own estimate is the requester's word. */
function unworkable(
  view: JobView,
  { terms }: PostedJob,
  state: NodeState,
  config: Limits,
  { macs, memoryMb, readSeconds }: Pick<RunCost, "macs" | "memoryMb" | "readSeconds">,
): Action | undefined {
  const tooMuch = beyondMemory(view, { memoryMb }, config);
  if (tooMuch) return tooMuch;
  const price = priceAt(terms, state.now);
  const wanted = (BigInt(macs) * (priceFloor(config, terms.token, state.asy)?.minPerGmac ?? 0n)) / 10n ** 9n;
  if (price < wanted) return skip(view, "SKIP_PAY_TOO_LOW", `${price}, wanted ${wanted} for ${macs} multiply-adds`);
  return tooSlow(view, terms.runTime, { refSeconds: macs / REFERENCE_MACS, readSeconds }, state, config);
}

/** What the operator has said: of this job, or of its requester. */
function refusedByOperator(view: JobView, requester: Address, config: Limits): Action | undefined {
  const { verdict } = view;
  const has = (list: readonly string[]) => list.some((item) => item.toLowerCase() === requester.toLowerCase());
  if (verdict === "declined") return skip(view, "SKIP_DECLINED");
  // Not even looked at: what nobody named is not worth a download.
  if (config.mode === "manual" && verdict !== "approved") return skip(view, "SKIP_NOT_NAMED");
  const listed = config.requesters.length === 0 || has(config.requesters);
  return listed && !has(config.blockedRequesters) ? undefined : skip(view, "SKIP_REQUESTER", requester);
}

/** The last question, asked of a job that fits in every other way. */
function unapproved(view: JobView, { mode }: Limits): Action | undefined {
  return mode === "oversight" && view.verdict !== "approved" ? skip(view, "SKIP_AWAITS_APPROVAL") : undefined;
}

/** Kind, size, and whether the price pays for it. A job that the operator approved by hand is not held against quotes. */
function unprofitable(
  view: JobView,
  { terms }: PostedJob,
  state: NodeState,
  config: Limits,
  { kind, macs, readSeconds }: Pick<RunCost, "kind" | "macs" | "readSeconds">,
): Action | undefined {
  if (!config.kinds.includes(kind)) return skip(view, "SKIP_KIND", kind);
  if (macs < config.minGmac * 1e9 || macs > config.maxGmac * 1e9) {
    return skip(view, "SKIP_SIZE", `${macs / 1e9} Gmac, allowed ${config.minGmac} to ${config.maxGmac}`);
  }
  // Costs are counted in ASY: another token is held against its own floors only.
  if (view.verdict === "approved" || terms.token.toLowerCase() !== state.asy.toLowerCase()) return undefined;
  const { gasPrice, marketPerGmac, cost, now } = state;
  const quote = quoteJob({ macs, readSeconds, bond: terms.bond, gasPrice, marketPerGmac }, cost, config.pricing);
  const price = priceAt(terms, now);
  const verdict = isPriceTaken(price, terms.maxPrice, quote);
  if (verdict === "taken") return undefined;
  const parts = `machine ${quote.machine}, gas ${quote.gas}, risk ${quote.risk}`;
  if (verdict === "low") return skip(view, "SKIP_MARGIN", `${terms.maxPrice} at most, wanted ${quote.floor}: ${parts}`);
  return skip(view, "SKIP_PRICE_RISES", `${price} now, waiting for ${quote.target}: ${parts}`);
}

/** DSP-91: what a dispute is answered from must fit beside what other jobs keep. */
function tooLarge(
  view: JobView,
  { diskMb, memoryMb }: { diskMb: number; memoryMb: number },
  config: Limits,
  budget: Budget,
): Action | undefined {
  if (memoryMb > budget.memory) {
    return skip(view, "SKIP_BUSY", `${memoryMb} MiB of memory, ${Math.max(0, Math.floor(budget.memory))} left`);
  }
  if (diskMb <= budget.disk) return undefined;
  return skip(view, "SKIP_DISK", `${diskMb} MiB, ${Math.max(0, budget.disk)} of ${config.diskMb} left`);
}

function tooSlow(
  view: JobView,
  runTime: number,
  { refSeconds, readSeconds }: { refSeconds: number; readSeconds: number },
  { cost }: NodeState,
  { slowness = cost.secondsPerGmac * SAFETY, runMarginSeconds }: Limits,
): Action | undefined {
  const wanted = Math.ceil(refSeconds * slowness + SAFETY * readSeconds) + runMarginSeconds;
  return runTime < wanted ? skip(view, "SKIP_RUN_TIME_TOO_SHORT", `${runTime} s, wanted ${wanted} s`) : undefined;
}

function skip({ job }: JobView, reason: SkipReason, detail = ""): Action {
  return { type: "skip", id: job.id, reason, detail };
}
