import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "./durable.ts";

const FILE = "http.json";

/** Notes where a running daemon's server listens, for commands on the same data folder. @returns what takes it back */
export function noteAddress(dataDir: string, url: string): () => void {
  const path = join(dataDir, FILE);
  writeDurably(path, new TextEncoder().encode(JSON.stringify({ url, pid: process.pid })));
  return () => rmSync(path, { force: true });
}

/**
 * Asks the daemon of a data folder (or the one at `url`) for one of its pages.
 * @param notRunning makes the error for a daemon that is not there, out of what was found
 * @returns the page's text, whatever its status code
 */
export async function askDaemon({
  dataDir,
  url,
  page,
  notRunning,
}: {
  dataDir: string;
  url: string | undefined;
  page: "/status" | "/metrics" | "/readyz";
  notRunning: (found: string, cause: unknown) => Error;
}): Promise<string> {
  const base = url ?? addressOf(dataDir, notRunning);
  try {
    const response = await fetch(new URL(page, base), { signal: AbortSignal.timeout(5000) });
    return await response.text();
  } catch (cause) {
    throw notRunning(`no answer at ${base}`, cause);
  }
}

function addressOf(dataDir: string, notRunning: (found: string, cause: unknown) => Error): string {
  try {
    return (JSON.parse(readFileSync(join(dataDir, FILE), "utf8")) as { url: string }).url;
  } catch (cause) {
    throw notRunning(`no ${FILE} in ${dataDir}`, cause);
  }
}
