import { askDaemon, EXIT_OK, EXIT_RETRY, parseMetrics, type Sample, type SettingsArgs } from "@assay/daemon-kit";
import { loadNodeConfig } from "../config.ts";
import { notRunning } from "./desk.ts";

const EVERY_MS = 1000;
const CLEAR = "\u001b[H\u001b[2J";

export type StatusArgs = SettingsArgs & { json: boolean; watch: boolean; url: string | undefined };

/**
 * Shows what a running node is doing: the page /status as JSON, or a table made of its metrics and nothing else, once or
 * live. What the table shows is what a dashboard can show.
 * @returns the exit code: 0 when the node is ready, 75 when it is not
 * @throws CN-050 when none runs
 */
export async function status({ json, watch, url, ...args }: StatusArgs): Promise<number> {
  const { config } = loadNodeConfig(args);
  const ask = (page: "/status" | "/metrics") => askDaemon({ dataDir: config.dataDir, url, page, notRunning });
  if (json) {
    const text = await ask("/status");
    process.stdout.write(`${text}\n`);
    return (JSON.parse(text) as { ready: boolean }).ready ? EXIT_OK : EXIT_RETRY;
  }
  let isWatched = watch;
  // Nobody looks any more.
  process.stdout.once("error", () => {
    isWatched = false;
  });
  for (;;) {
    const samples = parseMetrics(await ask("/metrics"));
    process.stdout.write(watch ? CLEAR + statusTable(samples) : statusTable(samples));
    if (!isWatched) return readingOf(samples, "ready") === 1 ? EXIT_OK : EXIT_RETRY;
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

/** The table, out of a metrics page. */
export function statusTable(samples: readonly Sample[]): string {
  const value = (name: string, labels: Record<string, string> = {}) => readingOf(samples, name, labels);
  const info = samples.find(({ name }) => name === "assay_node_info")?.labels ?? {};
  const jobs = (phase: string) => value("jobs", { phase }) ?? 0;
  const rows: [string, string][] = [
    [
      "node",
      `${value("ready") === 1 ? "ready" : "not ready"}, engine ${info.engine ?? "unknown"}, ${info.mode ?? "?"}`,
    ],
    ["up", duration(Date.now() / 1000 - (value("start_time_seconds") ?? Date.now() / 1000))],
    ["chain", `block ${value("head_block") ?? "unknown"}, ${number(value("head_age_seconds"))} s old`],
    [
      "stake",
      `${number(value("stake_asy", { kind: "total" }))} ASY, ${number(value("stake_asy", { kind: "locked" }))} locked, ${number(value("stake_asy", { kind: "free" }))} free`,
    ],
    ["gas", `${number(value("gas_balance_eth"))} ETH, ${number(value("gas_spent_eth_total"))} spent`],
    ["earned", `${number(value("earned_asy_total"))} ASY since the start`],
    ["jobs", `${jobs("open")} open, ${jobs("claimed")} claimed, ${jobs("submitted")} submitted`],
    ["disk", `${number(value("jobs_disk_mebibytes"))} MiB`],
    ["disputes", disputes(value("disputes"), value("dispute_clock_left_ratio"))],
    ...runsOf(samples),
  ];
  return `${rows.map(([name, text]) => `${name.padEnd(10)}${text}`).join("\n")}\n`;
}

function runsOf(samples: readonly Sample[]): [string, string][] {
  return samples
    .filter(({ name }) => name === "assay_node_run_steps")
    .map(({ labels, value: steps }): [string, string] => {
      const of = (name: string) => readingOf(samples, name, labels);
      const step = of("run_step") ?? 0;
      const share = steps > 0 ? step / steps : 0;
      const bar = "#".repeat(Math.round(20 * share)).padEnd(20, ".");
      const loss = of("run_loss_nats");
      const text = `${bar} ${step}/${steps}, loss ${loss?.toPrecision(4) ?? "?"}, ${duration(of("run_eta_seconds") ?? 0)} left`;
      return [`run ${labels.slot}`, text];
    });
}

function disputes(live: number | undefined, left: number | undefined): string {
  if (!live) return "none";
  return `${live} in play, ${Math.round(100 * (left ?? 1))} % of the shortest clock left`;
}

function readingOf(samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number | undefined {
  return samples.find(
    (sample) =>
      sample.name === `assay_node_${name}` &&
      Object.entries(labels).every(([key, wanted]) => sample.labels[key] === wanted),
  )?.value;
}

/** Six significant digits, without an exponent. */
function number(value: number | undefined): string {
  return value === undefined ? "?" : Number(value.toPrecision(6)).toString();
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0 ? `${hours} h ${minutes} min` : minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}
