import { askDaemon, type SettingsArgs } from "@assay/daemon-kit";
import { loadNodeConfig } from "../config.ts";
import { nodeError } from "../errors.ts";

interface Status {
  ready: boolean;
  notReady?: string;
  pid: number;
  uptimeSeconds: number;
  chainId: number;
  provider: string;
  operator: string;
  engine: string;
  head?: string;
  stake?: { total: string; locked: string; free: string };
  disk: { usedMb: number; allowedMb: number };
  jobs: {
    id: string;
    status: string;
    mine: boolean;
    doing?: string;
    skipped?: string;
    progress?: {
      step: number;
      steps: number;
      loss: number;
      etaSeconds: number;
      saturation?: { clippedWeights: number; zeroedGradients: number };
    };
  }[];
  disputes: { jobId: string; challenger: string; clockLeft?: number }[];
}

/**
 * Shows what a running node is doing.
 * @returns the exit code: 0 when it is ready, 75 when it is not
 * @throws CN-050 when none runs
 */
export async function status(args: SettingsArgs & { json: boolean; url: string | undefined }): Promise<number> {
  const { config } = loadNodeConfig(args);
  const text = await askDaemon({ dataDir: config.dataDir, url: args.url, page: "/status", notRunning });
  const answer = JSON.parse(text) as Status;
  process.stdout.write(args.json ? `${JSON.stringify(answer)}\n` : table(answer));
  return answer.ready ? 0 : 75;
}

function notRunning(found: string, cause: unknown): Error {
  return nodeError("CN-050", {
    kind: "Retryable",
    found,
    wanted: "a node that runs on this data folder",
    hint: "start it with `assay-node start`, or give --url or the --config it was started with",
    cause,
  });
}

function table(s: Status): string {
  const lines = [
    `${s.ready ? "ready" : `not ready: ${s.notReady}`}, up ${s.uptimeSeconds} s, pid ${s.pid}, engine ${s.engine}`,
    `chain ${s.chainId}, block ${s.head ?? "unknown"}; provider ${s.provider}, operator ${s.operator}`,
  ];
  if (s.stake) lines.push(`stake ${asy(s.stake.total)} ASY, ${asy(s.stake.locked)} locked, ${asy(s.stake.free)} free`);
  lines.push(`disk ${s.disk.usedMb} of ${s.disk.allowedMb} MiB`);
  for (const job of s.jobs) {
    const run = job.progress;
    const doing = run
      ? `step ${run.step}/${run.steps}, loss ${run.loss.toPrecision(4)}, ${Math.round(run.etaSeconds)} s left${saturationOf(run)}`
      : (job.doing ?? job.skipped ?? "");
    lines.push(`${job.id}  ${job.status.padEnd(9)}  ${job.mine ? "own " : "    "}  ${doing}`);
  }
  if (s.jobs.length === 0) lines.push("no open jobs");
  for (const { jobId, challenger, clockLeft } of s.disputes) {
    const clock =
      clockLeft === undefined ? "the challenger's turn" : `${Math.round(100 * clockLeft)} % of the clock left`;
    lines.push(`disputed  ${jobId} by ${challenger}: ${clock}`);
  }
  return `${lines.join("\n")}\n`;
}

function saturationOf({ saturation }: { saturation?: { clippedWeights: number; zeroedGradients: number } }): string {
  if (!saturation) return "";
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return `, ${percent(saturation.clippedWeights)} of weights at their clip, ${percent(saturation.zeroedGradients)} of gradients zeroed`;
}

function asy(units: string): string {
  return (Number(BigInt(units) / 10n ** 12n) / 1e6).toString();
}
