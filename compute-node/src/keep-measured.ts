import { setTimeout as sleep } from "node:timers/promises";
import { facts, type Logger } from "@assay/daemon-kit";
import type { Machine } from "./machine.ts";
import type { MeasureOutcome } from "./tasks.ts";

const CHECK_MS = 3_600_000;

export interface Keeping {
  machine: Pick<Machine, "isStale" | "benchmarked">;
  log: Logger;
  /** Fires when the node stops. */
  signal: AbortSignal;
  measure: () => Promise<MeasureOutcome>;
  /** Whether something is computed now: it would be slowed down, and the figures be wrong. */
  isBusy: () => boolean;
  nowMs?: () => number;
  /** Until the next check. */
  pause?: () => Promise<unknown>;
}

/**
 * Measures the machine when it was never measured or too long ago, at a start and for as long as the node runs; quotes go by
 * the old figures until then. A measurement that fails is told of and made again at the next check.
 */
export async function keepMeasured(keeping: Keeping): Promise<void> {
  const { machine, log, signal, measure, isBusy, nowMs = Date.now } = keeping;
  const pause = keeping.pause ?? (() => sleep(CHECK_MS, undefined, { signal, ref: false }).catch(() => undefined));
  while (!signal.aborted) {
    if (machine.isStale(nowMs()) && !isBusy()) {
      try {
        const found = await measure();
        machine.benchmarked(found, nowMs());
        log.info({ ...found }, "machine measured");
      } catch (error) {
        if (!signal.aborted) log.warn({ ...facts(error) }, "the machine could not be measured");
      }
    }
    await pause();
  }
}
