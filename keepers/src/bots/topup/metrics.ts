import type { Registry } from "prom-client";
import { metricsOf } from "../../metrics.ts";

/** The metrics of the topup bot. */
export function topupMetrics(registry: Registry) {
  const { gauge } = metricsOf(registry);
  return { low: gauge("topup_accounts_low", "Accounts below the lower bound that cannot be filled up now") };
}
