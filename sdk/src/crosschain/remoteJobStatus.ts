import type { Address, Hex } from "viem";
import { getJob } from "../actions/getJob.ts";
import { finalizableAt } from "../codec/finalizableAt.ts";
import { type JobStatus, jobStatuses } from "../codec/types.ts";
import { requireContract } from "../deployment.ts";
import type { Job } from "../events/job.ts";
import { read } from "../internal/read.ts";
import type { RemoteContext } from "./context.ts";
import type { Waiting } from "./explain.ts";
import { accountOf, HUB, PORTAL, type RemoteJobRef, sentJob, type Ticket } from "./remoteJobRef.ts";
import { type TransferStatus, transferStatus } from "./transfers.ts";

/** Where a remote job stands, as the satellite knows it, in the order of the contract's enum. */
export const remoteJobStatuses = ["none", "sent", "ended", "refunded"] as const;

/** What the satellite was told of a result. */
export interface RemoteResult {
  commitment: Hex;
  /** State hash of the weights that were committed to. */
  finalState: Hex;
  /** Where the output is kept, as its reporter says: what is found there must have `finalState`. */
  outputDigest: Hex;
}

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
  /** Once it is known at the satellite. */
  result: RemoteResult | undefined;
  /** The transfer that carries the job. */
  sent: TransferStatus;
  /** At home, once it has arrived. */
  job: Job | undefined;
  /** The transfer that carries the change, once it was sent. */
  back: TransferStatus | undefined;
}

const ENDED: readonly JobStatus[] = ["finalized", "expired", "cancelled", "rejected", "unresolved"];
const NONE: Hex = `0x${"00".repeat(32)}`;

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
  const result = commitment === NONE ? undefined : await resultOf(context, ticket, commitment, job);
  const rest = { ticket, account, amount, outcome: jobStatuses[outcome]!, result };
  return { ...rest, ...facts, ...explainRemoteJob(facts) };
}

/**
 * From the events of its reports: the newest that tells what the provider told at home, or the newest of all. Anyone may report, and
 * name another output. An endpoint that is behind may not have them yet.
 */
async function resultOf(
  { satellite }: RemoteContext,
  { user, index }: Ticket,
  commitment: Hex,
  job: Job | undefined,
): Promise<RemoteResult | undefined> {
  const { contracts, startBlock } = satellite.deployment;
  const logs = await satellite.publicClient.getContractEvents({
    ...PORTAL,
    address: contracts.RemoteJobPortal.address,
    eventName: "RemoteResultReceived",
    args: { user, index, commitment },
    fromBlock: BigInt(startBlock),
    strict: true,
  });
  const delivered = job && "outputDigest" in job ? job.outputDigest : undefined;
  const told = (logs.findLast(({ args }) => args.outputDigest === delivered) ?? logs.at(-1))?.args;
  return told && { commitment, finalState: told.finalState, outputDigest: told.outputDigest };
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
