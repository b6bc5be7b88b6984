import type { Registry } from "prom-client";
import { metricsOf } from "../../metrics.ts";

/** The metrics of the relay. */
export function relayMetrics(registry: Registry) {
  const { gauge, counter } = metricsOf(registry);
  return {
    open: gauge("relay_messages_open", "Messages emitted and not executed yet, by destination", ["to"]),
    held: gauge("relay_messages_held", "Messages that are not carried now, by reason", ["reason"]),
    oldest: gauge("relay_oldest_seconds", "How long the oldest message has been known that is not executed"),
    relayed: counter("relay_transactions_total", "Approvals and executions sent", ["step"]),
    refused: counter("relay_refusals_total", "Executions that the destination refused"),
  };
}
