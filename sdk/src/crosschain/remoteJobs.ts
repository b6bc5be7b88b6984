import { type Address, encodeFunctionData, type Hex, parseEventLogs, zeroAddress } from "viem";
import { jobHubAbi, remoteJobPortalAbi } from "../abis.ts";
import { getJob } from "../actions/getJob.ts";
import { type PostJobArgs, prepareTerms } from "../actions/prepareTerms.ts";
import { finalizableAt } from "../codec/finalizableAt.ts";
import { packJobSpec } from "../codec/jobSpec.ts";
import { jobId, packJobTerms, unpackJobTerms } from "../codec/jobTerms.ts";
import {
  type JobId,
  type JobSpec,
  type JobStatus,
  type JobTerms,
  jobStatuses,
  type TermsWords,
} from "../codec/types.ts";
import { accountOr } from "../context.ts";
import { requireContract } from "../deployment.ts";
import { AssayError } from "../errors.ts";
import type { Job } from "../events/job.ts";
import { provideAllowance } from "../internal/allowance.ts";
import { read } from "../internal/read.ts";
import { type PreparedCall, type Sent, sendCall } from "../internal/send.ts";
import { clockOf, endOf, type RemoteContext } from "./context.ts";
import type { Waiting } from "./explain.ts";
import {
  quoteRelay,
  type SentTransfer,
  type TransferStatus,
  transferIn,
  transferOf,
  transferStatus,
} from "./transfers.ts";

/** What a remote job is called on both chains. */
export interface Ticket {
  /** Of the satellite. */
  chainId: bigint;
  user: Address;
  /** A user's jobs are counted from 1. */
  index: bigint;
  /** Who may take the change at home instead; the zero address for nobody. */
  homeAccount: Address;
}

/** Which remote job is meant. */
export interface RemoteJobRef {
  index: bigint;
  /** The wallet's account on the satellite when left out. */
  user?: Address | undefined;
}

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

/** Where a remote job stands, as the satellite knows it, in the order of the contract's enum. */
export const remoteJobStatuses = ["none", "sent", "ended", "refunded"] as const;

/** What is known of a remote job on both chains, and what it waits for. */
export interface RemoteJobInfo extends Waiting {
  ticket: Ticket;
  account: Address;
  /** At the satellite. */
  status: (typeof remoteJobStatuses)[number];
  /** Paid at the satellite, smallest unit. */
  amount: bigint;
  /** How it ended, once that is known at the satellite. */
  outcome: JobStatus;
  /** The result's, once it is known at the satellite. */
  commitment: Hex | undefined;
  /** The transfer that carries the job. */
  sent: TransferStatus;
  /** At home, once it has arrived. */
  job: Job | undefined;
  /** The transfer that carries the change, once it was sent. */
  back: TransferStatus | undefined;
}

/** What posting at home takes, with room for a market that has grown. */
const POST_GAS = 1_200_000;
const CANCEL_GAS = 400_000;
const PORTAL = { abi: remoteJobPortalAbi } as const;
const HUB = { abi: jobHubAbi } as const;
const ENDED: readonly JobStatus[] = ["finalized", "expired", "cancelled", "rejected", "unresolved"];

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

async function hubCall(context: RemoteContext, functionName: "settle" | "takeHome", ref: RemoteJobRef): Promise<Sent> {
  const { ticket } = await sentJob(context, ref);
  const data = encodeFunctionData({ ...HUB, functionName, args: [ticket] });
  const to = requireContract(context.home.deployment, "JobHub").address;
  const value = functionName === "settle" ? (await quoteRelay(context, { from: "home", callGas: 250_000 })).fee : 0n;
  return sendCall(context.home, { label: `JobHub.${functionName}`, to, data, value });
}

/** @throws AssayError SDK-027 when the user has sent no such job */
export async function remoteJobStatus(context: RemoteContext, ref: RemoteJobRef): Promise<RemoteJobInfo> {
  const { satellite, home } = context;
  const { ticket, id } = await sentJob(context, ref);
  const { address } = satellite.deployment.contracts.RemoteJobPortal;
  const of = { ...PORTAL, address, functionName: "jobOf", args: [ticket.user, ticket.index] } as const;
  const [account, [number, amount, status, outcome, commitment]] = await Promise.all([
    accountOf(context, ticket),
    read(satellite, of),
  ]);
  const hub = requireContract(home.deployment, "JobHub").address;
  const [sent, [backNumber, , taken]] = await Promise.all([
    transferStatus(context, { from: "satellite", number }),
    read(home, { ...HUB, address: hub, functionName: "outcomeOf", args: [account] }),
  ]);
  const job = sent.incoming === "accepted" ? await getJob(home, { id }) : undefined;
  const back = backNumber === 0n ? undefined : await transferStatus(context, { from: "home", number: backNumber });
  const facts = { status: remoteJobStatuses[status]!, sent, job, back, taken };
  const told = commitment === `0x${"00".repeat(32)}` ? undefined : commitment;
  const rest = { ticket, account, amount, outcome: jobStatuses[outcome]!, commitment: told };
  return { ...rest, ...facts, ...explainRemoteJob(facts) };
}

/** What a remote job waits for. Depends on nothing but its arguments. */
export function explainRemoteJob(
  facts: Pick<RemoteJobInfo, "status" | "sent" | "job" | "back"> & { taken: boolean },
): Waiting {
  const { status, sent, job, back, taken } = facts;
  if (status === "ended")
    return { done: true, waitsFor: "nothing: it has ended and the change is with its user", next: [] };
  if (status === "refunded") return { done: true, waitsFor: "nothing: it was refused and is paid back", next: [] };
  if (taken) return { done: true, waitsFor: "nothing: its change was taken at home", next: [] };
  if (!job) return ofSender(sent);
  if (ENDED.includes(job.status)) {
    if (!back || back.outgoing === "returned") {
      return { done: false, waitsFor: "anyone's call that sends its change", next: [{ step: "settle", by: "anyone" }] };
    }
    // what is paid out there ends the job here: the two reads were not at the same moment
    return { ...back, done: false, waitsFor: `its change: ${back.waitsFor}` };
  }
  return atHome(job);
}

/** The transfer's sender is the portal, so it is its user who recalls; what is refused is claimed at the portal. */
function ofSender(sent: TransferStatus): Waiting {
  const { done, waitsFor, until, clock, next, outgoing } = sent;
  const when = until === undefined ? {} : { until, clock: clock === "destination" ? ("home" as const) : clock! };
  if (outgoing === "returned") {
    return { done: false, waitsFor: "anyone's call that pays it back", next: [{ step: "refund", by: "anyone" }] };
  }
  return { done, waitsFor, ...when, next };
}

function atHome(job: Job): Waiting {
  const until = (at: number) => ({ until: at, clock: "home" as const });
  if (job.status === "open") {
    return {
      ...{ done: false, waitsFor: "a provider that claims it" },
      ...until(job.terms.claimBy),
      next: [{ step: "cancel", by: "sender" }],
    };
  }
  if (job.status === "claimed") {
    return { done: false, waitsFor: "its result", ...until(job.claimedAt + job.terms.runTime), next: [] };
  }
  const at = job.status === "submitted" ? until(finalizableAt(job)) : {};
  return {
    done: false,
    waitsFor: "the end of the window in which its result can be challenged",
    ...at,
    next: [{ step: "report", by: "anyone" }],
  };
}

async function nextTicket({ satellite }: RemoteContext, homeAccount: Address): Promise<Ticket> {
  const { chainId, contracts } = satellite.deployment;
  const user = accountOr(satellite, undefined);
  const { address } = contracts.RemoteJobPortal;
  const [count] = await read(satellite, { ...PORTAL, address, functionName: "countOf", args: [user] });
  return { chainId: BigInt(chainId), user, index: count + 1n, homeAccount };
}

function accountOf({ home }: RemoteContext, ticket: Ticket): Promise<Address> {
  const { address } = requireContract(home.deployment, "JobHub");
  return read(home, { ...HUB, address, functionName: "accountOf", args: [ticket] });
}

/** What a user has sent, from its event. @throws AssayError SDK-027 */
async function sentJob(
  { satellite }: RemoteContext,
  ref: RemoteJobRef,
): Promise<{ ticket: Ticket; terms: TermsWords; homeAccount: Address; number: bigint; id: JobId }> {
  const { chainId, contracts, startBlock } = satellite.deployment;
  const user = accountOr(satellite, ref.user);
  const [log] = await satellite.publicClient.getContractEvents({
    ...PORTAL,
    address: contracts.RemoteJobPortal.address,
    eventName: "RemoteJobSent",
    args: { user, index: ref.index },
    fromBlock: BigInt(startBlock),
    strict: true,
  });
  if (!log) {
    throw new AssayError("SDK-027", {
      message: `no remote job ${ref.index} of ${user}`,
      found: `no event of the portal on chain ${chainId}`,
      wanted: "its RemoteJobSent event",
      hint: "Check user and index; a user's jobs are counted from 1",
    });
  }
  const { homeAccount, terms, number } = log.args;
  const ticket = { chainId: BigInt(chainId), user, index: ref.index, homeAccount };
  return { ticket, terms, homeAccount, number, id: jobId(unpackJobTerms(terms)) };
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
