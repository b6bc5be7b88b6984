import type { Registry } from "prom-client";
import { metricsOf } from "../../metrics.ts";

/** The metrics of the advisor bot. */
export function advisorMetrics(registry: Registry) {
  const { gauge } = metricsOf(registry);
  return {
    utilisation: gauge("advisor_utilisation_ratio", "Share of posted jobs that were claimed, in the advisor's period"),
    late: gauge("advisor_late_ratio", "Share of claims that were late"),
    disputes: gauge("advisor_dispute_ratio", "Share of results that were challenged"),
    drafts: gauge("advisor_drafts", "Proposals that the last figures speak for"),
  };
}
