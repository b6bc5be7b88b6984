import { TxRevertedError, unfailedKey } from "@assay/daemon-kit";
import {
  type AssayError,
  type ClaimedJob,
  decodeError,
  eventsNamed,
  isRevert,
  type Job,
  type JobId,
  type JobIndex,
  jobMarketplaceAbi,
  type PreparedCall,
  parseAssayLogs,
  prepareCancel,
  prepareExpire,
  prepareFinalize,
  prepareFinalizeBatch,
  prepareReject,
  type SubmittedJob,
} from "@assay/sdk";
import { concat, decodeFunctionResult, type Hex, keccak256, type TransactionReceipt } from "viem";
import type { KeeperContext } from "../../bot.ts";
import type { Asked } from "../../duty/approvals.ts";
import type { Waiting } from "../../duty/waiting.ts";
import { isToBeDecidedAnew, sendCharged } from "../../send.ts";
import { jobsIn } from "./calls.ts";
import type { SettleAction } from "./decide.ts";
import type { settleMetrics } from "./metrics.ts";

/** What the bot remembers of a job beside what the chain says. */
export interface SettleNote {
  notBefore: number;
  rejected: boolean;
}

export interface SettleDeps {
  context: KeeperContext;
  metrics: ReturnType<typeof settleMetrics>;
  note(id: JobId): SettleNote;
  /** Chain time, Unix seconds. */
  now(): number;
  /** Of a fee, in 1/10,000, to who settles. */
  tipBps(): number;
  waiting: Waiting;
}

const PROBES_AT_ONCE = 8;
const SOON_SECONDS = 1;
const LATER_SECONDS = 30;
/** The hub's verdict in Market_NotAccepted. */
const REJECTED = 2;

/** Carries out one decision. @throws what neither the chain's state nor another keeper explains */
export async function settle(deps: SettleDeps, action: SettleAction): Promise<void> {
  if (action.type === "finalize") return finalize(deps, action.ids);
  const { context, metrics } = deps;
  const job = context.index.get(action.id);
  if (!job) return;
  try {
    const receipt = await send(deps, action, [job], singleCall(context, action.type, job));
    if (!receipt) return wait(deps, [job.id]);
    metrics.settled.inc({ how: action.type });
    context.log.info({ jobId: job.id, how: action.type }, "job settled");
  } catch (error) {
    if (!explained(deps, job.id, error)) throw error;
  } finally {
    await context.index.reload(job.id);
  }
}

async function finalize(deps: SettleDeps, ids: readonly JobId[]): Promise<void> {
  const { context, metrics } = deps;
  const ready = await stillDue(deps, ids);
  // it is not asked for any more as it was
  if (ready.length < ids.length) deps.waiting.keep(({ jobs }) => jobs?.join() !== ids.join());
  const [first] = ready;
  if (!first) return;
  const { client, log, index } = context;
  // only a batch pays a tip
  const alone = ready.length === 1 && deps.tipBps() === 0;
  const call = alone ? prepareFinalize(client, first) : prepareFinalizeBatch(client, { jobs: ready });
  const action = { type: "finalize", ids: ready.map(({ id }) => id) } as const;
  const key = keyOf(action.type, ready);
  try {
    // asked again in the sender's turn: until then another keeper may have been here
    const accepts = alone ? undefined : (answer: Hex) => settledBy(answer) === ready.length;
    const receipt = await send(deps, action, ready, call, accepts);
    if (!receipt) return wait(deps, ids);
    const ended = finalizedIn(context, receipt);
    if (ended === 0) {
      // A batch skips what is not due in its block without a revert. One that skipped all was as much in vain as one that reverted:
      // if its key stood as done, what is still due would never be sent.
      const sent = unfailedKey(context.journal, key);
      context.journal.setStatus(sent, "failed", { minedHash: receipt.transactionHash, error: "it settled nothing" });
      log.info({ tx: receipt.transactionHash, jobs: ready.length, gas: receipt.gasUsed }, "a batch settled nothing");
      return wait(deps, ids);
    }
    metrics.settled.inc({ how: "finalize" }, ended);
    log.info({ tx: receipt.transactionHash, jobs: ready.length, settled: ended, gas: receipt.gasUsed }, "jobs paid");
  } catch (error) {
    if (ready.filter(({ id }) => !explained(deps, id, error)).length > 0) throw error;
  } finally {
    await index.reloadAll(ready.map(({ id }) => id));
  }
}

/**
 * Those jobs that can be finalized on top of what is in the pool at this moment: a batch skips the others silently, and
 * skipping costs gas. One question for the whole batch answers where all can be; else each is asked about.
 */
async function stillDue(deps: SettleDeps, ids: readonly JobId[]): Promise<SubmittedJob[]> {
  const { index, client, rpc, account } = deps.context;
  const submitted = ids.map((id) => index.get(id)).filter((job) => job?.status === "submitted") as SubmittedJob[];
  if (submitted.length > 1 && (await allDue(deps.context, submitted))) return submitted;
  const ready: SubmittedJob[] = [];
  for (let at = 0; at < ids.length; at += PROBES_AT_ONCE) {
    await Promise.all(
      ids.slice(at, at + PROBES_AT_ONCE).map(async (id) => {
        const job = index.get(id);
        if (job?.status !== "submitted") return;
        const { to, data } = prepareFinalize(client, job as SubmittedJob);
        try {
          await rpc.call({ account: account.address, to, data, blockTag: "pending" });
          ready.push(job as SubmittedJob);
        } catch (error) {
          if (!explained(deps, id, error)) throw error;
        }
      }),
    );
  }
  return ready.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
}

/** Whether a batch of these, on top of what is in the pool, settles every one of them. */
async function allDue({ client, rpc, account }: KeeperContext, jobs: SubmittedJob[]): Promise<boolean> {
  const { to, data } = prepareFinalizeBatch(client, { jobs });
  try {
    const { data: answer = "0x" } = await rpc.call({ account: account.address, to, data, blockTag: "pending" });
    return settledBy(answer) === jobs.length;
  } catch {
    // whatever is wrong is told by the questions about each
    return false;
  }
}

/** How many jobs a batch has settled, by what finalizeBatch returns. */
function settledBy(answer: Hex): number {
  return Number(decodeFunctionResult({ abi: jobMarketplaceAbi, functionName: "finalizeBatch", data: answer }));
}

/** Names the deed by what it does to these jobs: the same batch is one deed, whichever process sends it. */
export function keyOf(type: SettleAction["type"], jobs: readonly Job[]): string {
  const [first] = jobs as [Job];
  if (type === "finalize") {
    return `settle:finalize:${keccak256(concat(jobs.map((job) => (job as SubmittedJob).commitment)))}`;
  }
  if (type === "expire") return `settle:expire:${first.id}:${(first as ClaimedJob).nonce}`;
  return type === "cancel" ? `settle:cancel:${first.id}` : `settle:reject:${(first as SubmittedJob).commitment}`;
}

const STATUS = { finalize: "submitted", reject: "submitted", expire: "claimed", cancel: "open" } as const;

/** Whether what a person was asked for is still to be done: its jobs are as they were. */
export function isOpen({ key, jobs = [] }: Asked, index: Pick<JobIndex, "get">): boolean {
  const type = key.split(":")[1] as SettleAction["type"];
  const known = jobs.flatMap((id) => index.get(id) ?? []);
  const asThen = known.length === jobs.length && known.every(({ status }) => status === STATUS[type]);
  return asThen && known.length > 0 && keyOf(type, known) === key;
}

function singleCall({ client }: KeeperContext, type: "cancel" | "expire" | "reject", job: Job): PreparedCall {
  if (type === "cancel") return prepareCancel(client, job);
  return type === "expire" ? prepareExpire(client, job as ClaimedJob) : prepareReject(client, job as SubmittedJob);
}

/** @returns undefined when the action waits for a person */
async function send(
  { context, waiting }: SettleDeps,
  { type }: SettleAction,
  jobs: readonly Job[],
  { to, data, value }: PreparedCall,
  accepts?: (answer: Hex) => boolean,
): Promise<TransactionReceipt | undefined> {
  const ids = jobs.map(({ id }) => id);
  const key = keyOf(type, jobs);
  const asked = { key, to, data, value, text: `${type} job ${ids.join(", ")}`, jobs: ids };
  if (!waiting.maySend(context.config.settle.mode, asked)) return undefined;
  const receipt = await sendCharged(context, {
    ...{ key: unfailedKey(context.journal, key), to, data, value },
    ...(accepts ? { accepts } : {}),
    overlaps: (open) => jobsIn(open.data).some((id) => ids.includes(id)),
    inTime: () => context.turns.lasts("settle"),
  });
  waiting.drop(asked);
  return receipt;
}

/** A person has not answered yet, or will never. */
function wait({ note, now }: SettleDeps, ids: readonly JobId[]): void {
  for (const id of ids) note(id).notBefore = now() + SOON_SECONDS;
}

function finalizedIn({ client }: KeeperContext, { logs }: TransactionReceipt): number {
  return eventsNamed(parseAssayLogs(client.deployment, logs), "JobMarketplace", "JobFinalized").length;
}

/** Notes why a job cannot be settled now. @returns false when that is no answer of the market */
function explained(deps: SettleDeps, id: JobId, error: unknown): boolean {
  const { context, metrics, now } = deps;
  const note = deps.note(id);
  if (isToBeDecidedAnew(error)) {
    metrics.lost.inc();
    note.notBefore = now() + SOON_SECONDS;
    return true;
  }
  const refusal = decodeError(error);
  const verdict = verdictOf(refusal);
  if (verdict === REJECTED) {
    note.rejected = true;
    return true;
  }
  if (isRevert(refusal, "Market_TooEarly")) {
    note.notBefore = now() + SOON_SECONDS;
    return true;
  }
  note.notBefore = now() + LATER_SECONDS;
  if (isRevert(refusal, "Market_StaleJob") || error instanceof TxRevertedError) {
    metrics.lost.inc();
    context.log.info({ jobId: id, reason: "SETTLED_BY_OTHERS" }, "somebody else was faster");
    return true;
  }
  return verdict !== undefined;
}

function verdictOf(refusal: AssayError): number | undefined {
  if (!isRevert(refusal, "Market_NotAccepted")) return undefined;
  return Number(refusal.revert?.args.verdict ?? 0);
}
