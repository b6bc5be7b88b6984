import type { SubmittedJob } from "../events/job.ts";

/** Strategies of a job's policy, one bit each: what has to accept a result before it is paid. */
export const POLICY = {
  /** The window alone: time to object off chain. */
  window: 1,
  /** Window and referee: a wrong result can be taken to court. */
  refereed: 3,
} as const;

/** The referee's bit. */
export const REFEREE_BIT = POLICY.refereed ^ POLICY.window;

/**
 * The first second (Unix time) at which a result that nobody challenges can be paid: after its window and, with a
 * referee, after five quarters of the time the run took (DSP-70). A game that is opened puts it off.
 */
export function finalizableAt({
  submittedAt,
  terms,
  run,
}: Pick<SubmittedJob, "submittedAt" | "terms" | "run">): number {
  const refereed = (terms.policy & REFEREE_BIT) !== 0;
  return submittedAt + Math.max(terms.window, refereed ? run.span + Math.floor(run.span / 4) : 0);
}
