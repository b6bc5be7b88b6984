import type { Registry } from "prom-client";
import { metricsOf } from "../../metrics.ts";

/** The metrics of the anomaly bot. */
export function anomalyMetrics(registry: Registry) {
  const { gauge, counter } = metricsOf(registry);
  return {
    standing: gauge("anomalies", "What is unusual at present, by kind", ["kind"]),
    told: counter("anomalies_total", "Alerts told, by kind", ["kind"]),
    notices: counter("notices_total", "Alerts sent to receivers, by how that ended", ["end"]),
  };
}
