import { Counter, Gauge, type Registry } from "prom-client";

export type NodeMetrics = ReturnType<typeof createMetrics>;

/** The node's metrics, all under assay_node_. Labels are few and fixed: job ids are in /status and the log. */
export function createMetrics(registry: Registry) {
  const registers = [registry];
  const gauge = <L extends string = never>(name: string, help: string, labelNames: L[] = []) =>
    new Gauge<L>({ name: `assay_node_${name}`, help, labelNames, registers });
  const counter = <L extends string = never>(name: string, help: string, labelNames: L[] = []) =>
    new Counter<L>({ name: `assay_node_${name}`, help, labelNames, registers });
  return {
    jobs: gauge("jobs", "Jobs this node knows of, by phase", ["phase"]),
    info: gauge("info", "1; what this node is", ["engine", "mode"]),
    ready: gauge("ready", "1 when the node can work"),
    startTime: gauge("start_time_seconds", "When the node started, Unix time"),
    runStep: gauge("run_step", "Completed steps of the runs under way", ["slot"]),
    runSteps: gauge("run_steps", "Steps of the runs under way, in all", ["slot"]),
    runLoss: gauge("run_loss_nats", "Running mean loss of the runs under way", ["slot"]),
    runClipped: gauge("run_clipped_weights_ratio", "Share of weights at their clip, of the layer that has most"),
    runZeroed: gauge("run_zeroed_gradients_ratio", "Share of gradients that rounding made zero"),
    diskUsed: gauge("jobs_disk_mebibytes", "Checkpoints, results and logs on the disk"),
    runEta: gauge("run_eta_seconds", "Time the runs under way still need", ["slot"]),
    runs: counter("runs_total", "Attempts at runs, by how they ended", ["end"]),
    claimsLost: counter("claims_lost_total", "Claims that another provider was faster with, by where it showed", [
      "at",
    ]),
    claimsFailed: counter("claims_failed_total", "Claims that reverted for another reason than a faster provider"),
    skips: counter("skips_total", "Jobs not taken, by reason", ["reason"]),
    earned: counter("earned_asy_total", "Prices of own finalized jobs paid in ASY, before the fee"),
    stake: gauge("stake_asy", "Stake of the provider", ["kind"]),
    gasBalance: gauge("gas_balance_eth", "Balance of the signing account"),
    gasSpent: counter("gas_spent_eth_total", "Fees of mined transactions"),
    head: gauge("head_block", "Newest block seen"),
    headAge: gauge("head_age_seconds", "Age of the newest block by this machine's clock"),
    disputes: gauge("disputes", "Games in play against own results"),
    disputeClock: gauge(
      "dispute_clock_left_ratio",
      "Smallest share of a clock left to answer a challenge; 1 when none waits",
    ),
    reveals: counter("dispute_reveals_total", "Answers to challenges, by kind", ["move"]),
    disputesWon: counter("disputes_won_total", "Games ended against a silent challenger, lost bonds settled", ["how"]),
    rpcBehind: gauge("rpc_behind_blocks", "Blocks that each RPC endpoint is behind the others", ["endpoint"]),
    rpcEndpoints: gauge("rpc_endpoints", "RPC endpoints by state", ["state"]),
    machineSpeed: gauge("machine_seconds_per_gmac", "Seconds this machine needs for 10^9 multiply-adds"),
    webhooks: counter("webhooks_total", "Notices to the operator's receivers, by how their delivery ended", ["end"]),
    rpcErrors: counter("rpc_errors_total", "Looks at the chain that failed"),
  };
}
