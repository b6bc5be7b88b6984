import type { Registry } from "prom-client";
import { metricsOf } from "../../metrics.ts";

/** The metrics of the recovery. */
export function recoveryMetrics(registry: Registry) {
  const { gauge, counter } = metricsOf(registry);
  return {
    stuck: gauge("recovery_messages", "Messages of our adapters that are not executed, by what is done about them", [
      "step",
    ]),
    pushed: counter("recovery_pushes_total", "Times the relaying network was asked to go on", ["end"]),
  };
}
