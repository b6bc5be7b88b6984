import type { Registry } from "prom-client";
import { metricsOf } from "../metrics.ts";

export type DutyMetrics = ReturnType<typeof dutyMetrics>;

/** What all bots that carry out duties count, by bot. */
export function dutyMetrics(registry: Registry) {
  const { gauge, counter } = metricsOf(registry);
  return {
    due: gauge("duties_due", "Duties that could be done now", ["bot"]),
    ended: counter("duties_total", "Duties by how they ended: done, lost to others, refused, failed", ["bot", "end"]),
    waiting: gauge("duties_waiting", "Duties that wait for a person (mode oversight or manual)", ["bot"]),
    held: gauge("duties_held_by_budget", "1 while the day's gas is spent and duties are due", ["bot"]),
  };
}
