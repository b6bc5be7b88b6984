import type { Registry } from "prom-client";
import { metricsOf } from "../../metrics.ts";

/** The settle bot's metrics. */
export function settleMetrics(registry: Registry) {
  const { gauge, counter } = metricsOf(registry);
  return {
    due: gauge("settle_due_jobs", "Jobs that are due and served by this keeper"),
    settled: counter("settle_jobs_total", "Jobs moved on, by how", ["how"]),
    lost: counter("settle_lost_total", "Jobs that somebody else had moved on, seen before anything was sent"),
    held: gauge("settle_held_by_budget", "1 while the day's gas is spent and jobs are due"),
  };
}
