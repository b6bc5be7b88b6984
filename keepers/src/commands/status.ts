import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadKeeperConfig } from "../config.ts";
import { keeperError } from "../errors.ts";
import { HTTP_FILE, type StartArgs } from "./start.ts";

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
export async function status(args: StartArgs & { json: boolean; url: string | undefined }): Promise<number> {
  const { config } = loadKeeperConfig(args);
  const url = args.url ?? addressOf(config.dataDir);
  const answer = await ask(url);
  process.stdout.write(args.json ? `${JSON.stringify(answer)}\n` : table(answer));
  return answer.ready ? 0 : 75;
}

function addressOf(dataDir: string): string {
  try {
    return (JSON.parse(readFileSync(join(dataDir, HTTP_FILE), "utf8")) as { url: string }).url;
  } catch (cause) {
    throw notRunning(`no ${HTTP_FILE} in ${dataDir}`, cause);
  }
}

async function ask(url: string): Promise<Status> {
  try {
    const response = await fetch(`${url}/status`, { signal: AbortSignal.timeout(5000) });
    return (await response.json()) as Status;
  } catch (cause) {
    throw notRunning(`no answer at ${url}`, cause);
  }
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
