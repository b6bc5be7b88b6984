import { Counter, Gauge, type Registry } from "prom-client";

/** Makes metrics under assay_keeper_. Labels are few and fixed: job ids are in /status and the log. */
export function metricsOf(registry: Registry) {
  const registers = [registry];
  return {
    gauge: <L extends string = never>(name: string, help: string, labelNames: L[] = []) =>
      new Gauge<L>({ name: `assay_keeper_${name}`, help, labelNames, registers }),
    counter: <L extends string = never>(name: string, help: string, labelNames: L[] = []) =>
      new Counter<L>({ name: `assay_keeper_${name}`, help, labelNames, registers }),
  };
}

export type KeeperMetrics = ReturnType<typeof createMetrics>;

/** The metrics that all bots share; each bot has its own beside its code. */
export function createMetrics(registry: Registry) {
  const { gauge, counter } = metricsOf(registry);
  return {
    head: gauge("head_block", "Newest block seen"),
    headAge: gauge("head_age_seconds", "Age of the newest block by this machine's clock"),
    jobs: gauge("jobs", "Jobs known that have not ended, by status", ["status"]),
    gasBalance: gauge("gas_balance_eth", "Balance of the signing account"),
    gasSpent: counter("gas_spent_eth_total", "Fees of mined transactions", ["bot"]),
    rpcErrors: counter("rpc_errors_total", "Looks at the chain that failed"),
    botErrors: counter("bot_errors_total", "Failures of a bot, deeds and decisions", ["bot"]),
  };
}

/** Of a keeper with a second chain; what it does there the bots count. */
export function satelliteMetrics(registry: Registry) {
  const { gauge } = metricsOf(registry);
  return {
    headAge: gauge("satellite_head_age_seconds", "Age of the satellite's newest block by this machine's clock"),
    gasBalance: gauge("satellite_gas_balance_eth", "Balance of the signing account on the satellite"),
  };
}
