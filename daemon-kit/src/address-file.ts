import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "./durable.ts";
import { DaemonError, type ErrorKind } from "./errors.ts";

const FILE = "http.json";

type Noted = { url: string; pid: number; token?: string };

/**
 * Notes where a running daemon's server listens, and the token of its commands, for commands on the same data folder. Mode
 * 0600: who can read it can give orders. @returns what takes it back
 */
export function noteAddress(dataDir: string, url: string, token?: string): () => void {
  const path = join(dataDir, FILE);
  const noted: Noted = { url, pid: process.pid, ...(token === undefined ? {} : { token }) };
  writeDurably(path, new TextEncoder().encode(JSON.stringify(noted)));
  return () => rmSync(path, { force: true });
}

/** Makes the error for a daemon that is not there, out of what was found. */
export type NotRunning = (found: string, cause?: unknown) => Error;

export type AskArgs = {
  dataDir: string;
  /** The daemon's address, when it is not the one noted in the data folder. */
  url?: string | undefined;
  page: "/status" | "/metrics" | "/readyz";
  notRunning: NotRunning;
};

/** Asks the daemon of a data folder for one of its pages. @returns the page's text, whatever its status code */
export async function askDaemon({ dataDir, url, page, notRunning }: AskArgs): Promise<string> {
  const base = url ?? noted(dataDir, notRunning).url;
  try {
    const response = await fetch(new URL(page, base), { signal: AbortSignal.timeout(5000) });
    return await response.text();
  } catch (cause) {
    throw notRunning(`no answer at ${base}`, cause);
  }
}

export type CommandArgs = { dataDir: string; command: string; args?: Record<string, unknown>; notRunning: NotRunning };

/**
 * Has the daemon of a data folder do something.
 * @returns what it answers @throws the daemon's own error, with its code, or what `notRunning` makes
 */
export async function commandDaemon({ dataDir, command, args = {}, notRunning }: CommandArgs): Promise<unknown> {
  const { url, token } = noted(dataDir, notRunning);
  if (token === undefined) throw notRunning(`no token in ${FILE} of ${dataDir}`);
  let answer: { result?: unknown; error?: Record<string, string> };
  try {
    const response = await fetch(new URL("/control", url), {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ command, args }),
      signal: AbortSignal.timeout(120_000),
    });
    answer = (await response.json()) as typeof answer;
  } catch (cause) {
    throw notRunning(`no answer at ${url}`, cause);
  }
  const { error } = answer;
  if (!error) return answer.result;
  throw new DaemonError(error.code ?? "DK-000", error.message ?? "the daemon refused", {
    kind: (["Retryable", "UserFault", "Fatal"].includes(error.kind ?? "") ? error.kind : "Fatal") as ErrorKind,
    found: error.found ?? error.message ?? "a refusal",
    wanted: error.wanted ?? "a command that the daemon can carry out",
    hint: error.hint ?? "see the daemon's log",
  });
}

function noted(dataDir: string, notRunning: NotRunning): Noted {
  try {
    return JSON.parse(readFileSync(join(dataDir, FILE), "utf8")) as Noted;
  } catch (cause) {
    throw notRunning(`no ${FILE} in ${dataDir}`, cause);
  }
}
