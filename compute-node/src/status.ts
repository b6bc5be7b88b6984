import type { Rpc } from "@assay/daemon-kit";
import { formatEther } from "viem";
import type { ActDeps } from "./act/deps.ts";
import type { DefendedGame } from "./defender/defender.ts";
import type { NodeMetrics } from "./metrics.ts";
import type { ChainFacts } from "./observe.ts";
import { isMine } from "./state.ts";

export interface StatusInput {
  chain: ChainFacts | undefined;
  started: number;
  readiness: string | undefined;
  disputes: readonly DefendedGame[];
  diskUsedMb: number;
  leaving: boolean;
}

/** Sets the gauges that follow the chain and the jobs. */
export function reportFacts(deps: ActDeps, chain: ChainFacts): void {
  const { metrics, index, local, account, config, engine, machine, rpc } = deps;
  metrics.head.set(Number(chain.head));
  metrics.headAge.set(Math.max(0, Date.now() / 1000 - chain.headTime));
  metrics.gasBalance.set(Number(formatEther(chain.gasBalance)));
  metrics.stake.set({ kind: "total" }, asy(chain.stake));
  metrics.stake.set({ kind: "locked" }, asy(chain.lockedStake));
  metrics.stake.set({ kind: "free" }, asy(chain.freeStake));
  const phases = { open: 0, claimed: 0, submitted: 0 };
  for (const job of index.all()) {
    if (job.status === "open") phases.open += 1;
    else if (isMine(job, account.address) && job.status in phases) phases[job.status as "claimed" | "submitted"] += 1;
  }
  for (const [phase, count] of Object.entries(phases)) metrics.jobs.set({ phase }, count);
  for (const each of [metrics.runStep, metrics.runSteps, metrics.runLoss, metrics.runEta]) each.reset();
  const runs = [...local].flatMap(([, { progress }]) => (progress ? [progress] : []));
  for (const [slot, { step, steps, loss, etaSeconds }] of runs.entries()) {
    const labels = { slot: String(slot) };
    metrics.runStep.set(labels, step);
    metrics.runSteps.set(labels, steps);
    metrics.runLoss.set(labels, loss);
    metrics.runEta.set(labels, etaSeconds);
  }
  metrics.info.set({ engine, mode: config.mode }, 1);
  metrics.machineSpeed.set(machine.model.secondsPerGmac);
  reportEndpoints(metrics, rpc);
}

function reportEndpoints(metrics: NodeMetrics, { endpoints }: Rpc): void {
  const health = endpoints?.health() ?? [];
  metrics.rpcEndpoints.reset();
  for (const [number, { state, behind }] of health.entries()) {
    metrics.rpcEndpoints.inc({ state });
    metrics.rpcBehind.set({ endpoint: String(number) }, behind);
  }
}

/** What /status answers. */
export function statusOf(deps: ActDeps, { chain, started, readiness, disputes, diskUsedMb, leaving }: StatusInput) {
  const { config, provider, account, engine, index, local } = deps;
  return {
    version: 1,
    pid: process.pid,
    uptimeSeconds: Math.round((Date.now() - started) / 1000),
    ready: readiness === undefined,
    ...(readiness === undefined ? {} : { notReady: readiness }),
    chainId: config.chainId,
    provider,
    operator: account.address,
    engine,
    head: chain?.head,
    chainTime: chain?.now,
    stake: chain && { total: chain.stake, locked: chain.lockedStake, free: chain.freeStake },
    gasBalance: chain?.gasBalance,
    disk: { usedMb: diskUsedMb, allowedMb: config.diskMb },
    leaving,
    mode: config.mode,
    rpc: deps.rpc.endpoints?.health(),
    disputes,
    jobs: index.all().map((job) => {
      const { busy, lastSkip, progress, run, preparation } = local.peek(job.id) ?? {};
      return {
        id: job.id,
        status: job.status,
        mine: isMine(job, account.address),
        doing: busy,
        skipped: lastSkip,
        refused: preparation?.status === "refused" ? preparation.error : undefined,
        attempts: run?.attempts,
        gaveUp: run?.gaveUp,
        progress: progress && {
          step: progress.step,
          steps: progress.steps,
          loss: progress.loss,
          etaSeconds: progress.etaSeconds,
          saturation: progress.saturation,
        },
      };
    }),
  };
}

function asy(units: bigint): number {
  return Number(formatEther(units));
}
