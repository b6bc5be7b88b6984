import { type Address, encodeFunctionData, parseEventLogs, zeroAddress } from "viem";
import { getJob } from "../actions/getJob.ts";
import { type PostJobArgs, prepareTerms } from "../actions/prepareTerms.ts";
import { packJobSpec } from "../codec/jobSpec.ts";
import { packJobTerms } from "../codec/jobTerms.ts";
import { packRunWord } from "../codec/runWord.ts";
import type { JobId, JobSpec, JobTerms } from "../codec/types.ts";
import { accountOr } from "../context.ts";
import { requireContract } from "../deployment.ts";
import { AssayError } from "../errors.ts";
import type { Job, SubmittedJob } from "../events/job.ts";
import { provideAllowance } from "../internal/allowance.ts";
import { read } from "../internal/read.ts";
import { type PreparedCall, type Sent, sendCall } from "../internal/send.ts";
import { clockOf, endOf, type RemoteContext } from "./context.ts";
import { accountOf, HUB, PORTAL, type RemoteJobRef, sentJob, type Ticket } from "./remoteJobRef.ts";
import { quoteRelay, type SentTransfer, transferIn, transferOf } from "./transfers.ts";

export interface PostRemoteJobArgs extends Omit<PostJobArgs, "token" | "requester" | "lane"> {
  /** Who may take the change at home while the satellite is dead; nobody when left out. */
  homeAccount?: Address | undefined;
  /** Unix time of the home chain after which the job can only be refused; claimBy when left out. */
  deadline?: number | undefined;
  /** Gas of the posting at home. */
  callGas?: number | undefined;
  /** Wei for the relay; quoted when left out. */
  fee?: bigint | undefined;
}

/** A remote job that was sent. */
export interface SentRemoteJob extends SentTransfer {
  ticket: Ticket;
  /** Its requester at home. */
  account: Address;
  id: JobId;
  terms: JobTerms;
  spec: JobSpec;
}

/** What posting at home takes, with room for a market that has grown. */
const POST_GAS = 1_200_000;
const CANCEL_GAS = 400_000;
/** What the hub grants the portal, JobHub.PORTAL_GAS. */
const PORTAL_GAS = 250_000;

/**
 * Pays for a job on the satellite and sends both home, where it is posted for an account of its own. The id is known before
 * it is sent.
 * @throws AssayError SDK-001, SDK-005, SDK-007, SDK-012, SDK-030
 */
export async function postRemoteJob(context: RemoteContext, args: PostRemoteJobArgs): Promise<SentRemoteJob> {
  const { satellite, home } = context;
  const { homeAccount = zeroAddress, deadline, callGas = POST_GAS, fee, ...job } = args;
  const ticket = await nextTicket(context, homeAccount);
  const account = await accountOf(context, ticket);
  // an account that does not exist yet has its first lane, in its first generation
  const { id, terms, spec } = await prepareTerms(home, {
    ...job,
    requester: account,
    lane: { lane: 0, generation: 1 },
  });
  const { address } = satellite.deployment.contracts.RemoteJobPortal;
  const token = satellite.deployment.contracts.SatelliteToken.address;
  await provideAllowance(satellite, { token, spender: address, amount: terms.maxPrice, method: "approve" });
  const value = fee ?? (await quoteRelay(context, { from: "satellite", callGas })).fee;
  const words = [packJobTerms(terms), packJobSpec(spec), homeAccount, deadline ?? terms.claimBy, callGas] as const;
  const data = encodeFunctionData({ ...PORTAL, functionName: "post", args: words });
  const sent = await sendCall(satellite, { label: "RemoteJobPortal.post", to: address, data, value });
  const [event] = parseEventLogs({ ...PORTAL, eventName: "RemoteJobSent", logs: sent.receipt.logs });
  // another transaction of the same user may have come first: then the job is another one
  const index = event?.args.index ?? ticket.index;
  if (index !== ticket.index) throw overtaken(index, ticket.index);
  return { ...sent, ...transferIn(endOf(context, "satellite"), sent.receipt), ticket, account, id, terms, spec };
}

/**
 * Asks the home chain to cancel a job that nobody has claimed. Only its user.
 * @throws AssayError SDK-027, SDK-030
 */
export async function cancelRemoteJob(
  context: RemoteContext,
  { index, deadline, fee }: { index: bigint; deadline?: number; fee?: bigint },
): Promise<SentTransfer> {
  const { satellite, home } = context;
  const { terms, homeAccount } = await sentJob(context, { index });
  const until = deadline ?? (await clockOf(home)) + 86_400;
  const value = fee ?? (await quoteRelay(context, { from: "satellite", callGas: CANCEL_GAS })).fee;
  const args = [index, homeAccount, terms, until, CANCEL_GAS] as const;
  const data = encodeFunctionData({ ...PORTAL, functionName: "cancel", args });
  const to = satellite.deployment.contracts.RemoteJobPortal.address;
  const sent = await sendCall(satellite, { label: "RemoteJobPortal.cancel", to, data, value });
  return { ...sent, ...transferIn(endOf(context, "satellite"), sent.receipt) };
}

/** Asks the home chain to refuse a job that has not arrived. Only its user. @throws AssayError SDK-027, SDK-030 */
export async function recallRemoteJob(context: RemoteContext, { index }: { index: bigint }): Promise<Sent> {
  const call = await portalCall(context, "recall", { index });
  return sendCall(context.satellite, { ...call, value: (await quoteRelay(context, { from: "satellite" })).fee });
}

/** Pays a job that the home chain has refused back to its user. Anyone may. @throws AssayError SDK-027, SDK-030 */
export async function claimRemoteRefund(context: RemoteContext, ref: RemoteJobRef): Promise<Sent> {
  return sendCall(context.satellite, await portalCall(context, "refund", ref));
}

/** Sends an ended job's change from home to its user. Anyone may, and pays the relay. @throws AssayError SDK-027, SDK-030 */
export async function settleRemoteJob(context: RemoteContext, ref: RemoteJobRef): Promise<Sent> {
  return hubCall(context, "settle", ref);
}

/** Takes an ended job's change at home. Only the home account that the job was sent with. @throws AssayError SDK-027, SDK-030 */
export async function takeRemoteChangeHome(context: RemoteContext, ref: RemoteJobRef): Promise<Sent> {
  return hubCall(context, "takeHome", ref);
}

/**
 * Has the satellite refuse a change that has not arrived there, so that it comes back and can be taken at home. Only the home
 * account that the job was sent with.
 * @throws AssayError SDK-027, SDK-030
 */
export async function recallRemoteChange(context: RemoteContext, ref: RemoteJobRef): Promise<Sent> {
  const { ticket } = await sentJob(context, ref);
  const account = await accountOf(context, ticket);
  const { address: to } = requireContract(context.home.deployment, "JobHub");
  const [number] = await read(context.home, { ...HUB, address: to, functionName: "outcomeOf", args: [account] });
  const transfer = await transferOf(context, { from: "home", number });
  const data = encodeFunctionData({ ...HUB, functionName: "recall", args: [ticket, transfer] });
  const { fee: value } = await quoteRelay(context, { from: "home" });
  return sendCall(context.home, { label: "JobHub.recall", to, data, value });
}

/**
 * Tells the satellite the result of a job while its window is open. Anyone may, and pays the relay.
 * @throws AssayError SDK-021 when it has no result whose window is open, SDK-027, SDK-030
 */
export async function reportRemoteResult(context: RemoteContext, ref: RemoteJobRef): Promise<Sent> {
  const { ticket, id } = await sentJob(context, ref);
  const { home } = context;
  const job = await getJob(home, { id });
  if (job.status !== "submitted") throw withoutResult(job);
  const { address: to } = requireContract(home.deployment, "JobHub");
  const data = encodeFunctionData({
    ...HUB,
    functionName: "report",
    args: [ticket, remoteResultOf(job as SubmittedJob)],
  });
  const { fee: value } = await quoteRelay(context, { from: "home", callGas: PORTAL_GAS });
  return sendCall(home, { label: "JobHub.report", to, data, value });
}

/** A result as the hub takes it. */
export function remoteResultOf({ terms, run, nonce, runRoot, finalState, outputDigest }: SubmittedJob) {
  return { terms: packJobTerms(terms), run: packRunWord(run), nonce, runRoot, finalState, outputDigest };
}

async function hubCall(context: RemoteContext, functionName: "settle" | "takeHome", ref: RemoteJobRef): Promise<Sent> {
  const { ticket } = await sentJob(context, ref);
  const data = encodeFunctionData({ ...HUB, functionName, args: [ticket] });
  const to = requireContract(context.home.deployment, "JobHub").address;
  const value = functionName === "settle" ? (await quoteRelay(context, { from: "home", callGas: PORTAL_GAS })).fee : 0n;
  return sendCall(context.home, { label: `JobHub.${functionName}`, to, data, value });
}

async function nextTicket({ satellite }: RemoteContext, homeAccount: Address): Promise<Ticket> {
  const { chainId, contracts } = satellite.deployment;
  const user = accountOr(satellite, undefined);
  const { address } = contracts.RemoteJobPortal;
  const [count] = await read(satellite, { ...PORTAL, address, functionName: "countOf", args: [user] });
  return { chainId: BigInt(chainId), user, index: count + 1n, homeAccount };
}

async function portalCall(
  context: RemoteContext,
  functionName: "recall" | "refund",
  ref: RemoteJobRef,
): Promise<PreparedCall> {
  const { ticket, number } = await sentJob(context, ref);
  const transfer = await transferOf(context, { from: "satellite", number });
  const { address: to } = context.satellite.deployment.contracts.RemoteJobPortal;
  const data =
    functionName === "recall"
      ? encodeFunctionData({ ...PORTAL, functionName, args: [ticket.index, transfer] })
      : encodeFunctionData({ ...PORTAL, functionName, args: [ticket.user, ticket.index, transfer] });
  return { label: `RemoteJobPortal.${functionName}`, to, data, value: 0n };
}

function overtaken(found: bigint, wanted: bigint): AssayError {
  return new AssayError("SDK-024", {
    message: "another job of the same user was sent at the same time",
    found: `index ${found}`,
    wanted: `index ${wanted}, for whose account this job's terms are`,
    hint: "The home chain refuses it and the money comes back; send a user's jobs one after the other",
  });
}

function withoutResult({ id, status }: Job): AssayError {
  return new AssayError("SDK-021", {
    message: `job ${id} has no result that could be told`,
    found: status,
    wanted: "submitted: a result whose window is open",
    hint: "Before, wait for its provider; afterwards `remoteJob.settle` tells how it ended",
  });
}
