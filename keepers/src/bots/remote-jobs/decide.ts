import type { IncomingStatus, JobStatus, OutgoingStatus } from "@assay/sdk";

/** A remote job at home. */
export interface RemoteJobView {
  status: JobStatus;
  /** Whether the result that stands was sent to its user. */
  reported: boolean;
  /** The transfer that carries the change; undefined before there is one. */
  outcome: OutgoingStatus | undefined;
  /** Whether the change was taken at home. */
  taken: boolean;
}

/** What a remote job needs: its result told, its change sent; closed when nothing is left to do. */
export type RemoteJobStep = "report" | "settle" | "wait" | "closed";

const ENDED: readonly JobStatus[] = ["finalized", "expired", "cancelled", "rejected", "unresolved"];

/** The next step of a remote job. Depends on nothing but its arguments. */
export function decideRemoteJob(
  { status, reported, outcome, taken }: RemoteJobView,
  wanted: { report: boolean; settle: boolean },
): RemoteJobStep {
  if (ENDED.includes(status)) {
    if (taken) return "closed";
    if (outcome === undefined || outcome === "returned") return wanted.settle ? "settle" : "wait";
    // on its way: if it is refused there, its receipt opens the job again
    return outcome === "refused" ? "wait" : "closed";
  }
  return status === "submitted" && !reported && wanted.report ? "report" : "wait";
}

/** A transfer that one end has refused or queued, and what the other end knows of it. */
export interface ArrivedView {
  incoming: IncomingStatus;
  /** At its sender. */
  outgoing: OutgoingStatus;
  /** Whether a receipt was sent. */
  told: boolean;
}

/** What an arrived transfer needs: room, a receipt to its sender (wait: it is on its way), or nothing any more. */
export type ArrivedStep = "release" | "acknowledge" | "wait" | "closed";

/** The next step of a transfer that has arrived and was not paid out at once. Depends on nothing but its arguments. */
export function decideArrived({ incoming, outgoing, told }: ArrivedView): ArrivedStep {
  if (incoming === "queued") return "release";
  if (incoming !== "refused" || outgoing !== "sent") return "closed";
  return told ? "wait" : "acknowledge";
}
