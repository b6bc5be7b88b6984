import { askDaemon, type SettingsArgs } from "@assay/daemon-kit";
import { loadKeeperConfig } from "../config.ts";
import { keeperError } from "../errors.ts";

interface Status {
  ready: boolean;
  notReady?: string;
  pid: number;
  uptimeSeconds: number;
  chainId: number;
  account: string;
  head?: string;
  gasBalance?: string;
  jobs: number;
  bots: { name: string; gasToday: string; bondToday: string; lines?: string[] }[];
}

/**
 * Shows what a running keeper is doing.
 * @returns the exit code: 0 when it is ready, 75 when it is not
 * @throws KP-050 when none runs
 */
export async function status(args: SettingsArgs & { json: boolean; url: string | undefined }): Promise<number> {
  const { config } = loadKeeperConfig(args);
  const text = await askDaemon({ dataDir: config.dataDir, url: args.url, page: "/status", notRunning });
  const answer = JSON.parse(text) as Status;
  process.stdout.write(args.json ? `${JSON.stringify(answer)}\n` : table(answer));
  return answer.ready ? 0 : 75;
}

function notRunning(found: string, cause: unknown): Error {
  return keeperError("KP-050", {
    kind: "Retryable",
    found,
    wanted: "a keeper that runs on this data folder",
    hint: "start it with `assay-keeper start`, or give --url or the --config it was started with",
    cause,
  });
}

function table(s: Status): string {
  const lines = [
    `${s.ready ? "ready" : `not ready: ${s.notReady}`}, up ${s.uptimeSeconds} s, pid ${s.pid}`,
    `chain ${s.chainId}, block ${s.head ?? "unknown"}; account ${s.account}, ${decimal(s.gasBalance ?? "0")} ETH; ${s.jobs} jobs`,
  ];
  for (const bot of s.bots) {
    lines.push(`${bot.name}: in 24 h ${decimal(bot.gasToday)} ETH of gas, ${decimal(bot.bondToday)} ASY of bonds`);
    for (const line of bot.lines ?? []) lines.push(`  ${line}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Whole units with up to six decimals. */
function decimal(units: string): string {
  return (Number(BigInt(units) / 10n ** 12n) / 1e6).toString();
}
