import { homedir } from "node:os";
import { resolve } from "node:path";
import { maskUrl, type SettingsArgs } from "@assay/daemon-kit";
import { CHUNK_BYTES, uploadFile } from "@assay/storage";
import type { Hex } from "viem";
import { loadNodeConfig, SECRET_VARIABLES } from "../config.ts";
import { nodeError } from "../errors.ts";
import type { JobNote, JobSummary, Verdict } from "../history.ts";
import { type JobLog, readLogs } from "../job-logs.ts";
import { meaningOf } from "../reasons.ts";
import { atDesk } from "./desk.ts";

/** Lists the jobs that this node has seen, newest first, each with the last thing that befell it. */
export async function listJobs(args: SettingsArgs & { json: boolean; limit: number; mine: boolean }): Promise<void> {
  const all = (await atDesk(args, { command: "jobs.list", args: { limit: args.limit } })) as JobSummary[];
  const jobs = args.mine ? all.filter(({ mine }) => mine) : all;
  if (args.json) return print(JSON.stringify(jobs));
  if (jobs.length === 0) return print("no jobs seen yet");
  print(
    jobs
      .map(
        ({ jobId, at, reason, detail, mine }) =>
          `${jobId}  ${timeOf(at)}  ${mine ? "own " : "    "}  ${reason.padEnd(24)}  ${detail}`,
      )
      .join("\n"),
  );
}

/** Prints what the child processes of a job have printed, kept after the job has ended. @throws CN-062 */
export async function showLogs(args: SettingsArgs & { id: string }): Promise<void> {
  const { logs } = await logsOf(args);
  print(textOf(logs));
}

/**
 * Uploads a job's logs for its requester and prints where they are: the end of them, one block long, so that any gateway
 * serves it as it is. What they hold was printed by children that know neither key nor environment; the data folder's place
 * is left out. @throws CN-062, ST-012 when no gateway takes it
 */
export async function shareLogs(args: SettingsArgs & { id: string }): Promise<void> {
  const { id, logs, config } = await logsOf(args);
  const text = textOf(logs).replaceAll(resolve(config.dataDir), "DATA").replaceAll(homedir(), "HOME");
  const bytes = new TextEncoder().encode(`job ${id}\n\n${text}\n`).slice(-CHUNK_BYTES);
  const token = args.env[SECRET_VARIABLES.uploadToken] || undefined;
  let failure: unknown;
  for (const gateway of config.gateways) {
    try {
      const { cid } = await uploadFile({ gateway, bytes, ...(token ? { token } : {}) });
      return print(`${cid}\n${bytes.length} bytes at ${maskUrl(gateway)}; whoever has this name can read them`);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function textOf(logs: readonly JobLog[]): string {
  return logs.map(({ name, text }) => `== ${name}\n${text.trimEnd() || "(nothing was printed)"}`).join("\n\n");
}

/** @throws CN-062 when there are none */
async function logsOf(args: SettingsArgs & { id: string }) {
  const { config } = loadNodeConfig(args);
  const id = /^0x[0-9a-fA-F]{64}$/.test(args.id) ? (args.id as Hex) : await fullId(args);
  const logs = readLogs(config.dataDir, id);
  if (logs.length === 0) {
    throw nodeError("CN-062", {
      found: `no log of ${id} in ${config.dataDir}`,
      wanted: "a job that was prepared or run by this node",
      hint: "see `assay-node jobs`; the oldest logs go when all together pass `logMb`",
    });
  }
  return { id, logs, config };
}

/** Tells why this node did or did not take a job: what befell it, step by step, and what each step means. */
export async function explain(args: SettingsArgs & { id: string; json: boolean }): Promise<void> {
  const notes = await notesOf(args);
  if (args.json) return print(JSON.stringify(notes.map((note) => ({ ...note, meaning: meaningOf(note.reason) }))));
  const last = notes.at(-1);
  print(
    [
      `job ${last?.jobId}`,
      ...notes.map(
        ({ at, reason, detail }) => `${timeOf(at)}  ${reason}: ${meaningOf(reason)}${detail ? ` (${detail})` : ""}`,
      ),
      `see    docs/operator.md, "${last?.reason}"`,
    ].join("\n"),
  );
}

/** Says whether a job may be taken: what modes `oversight` and `manual` wait for. */
export async function judgeJob(args: SettingsArgs & { id: string; verdict: Verdict }): Promise<void> {
  const { id, verdict } = args;
  const { jobId } = (await atDesk(args, { command: "jobs.verdict", args: { id, verdict } })) as { jobId: string };
  print(`${jobId} ${verdict}`);
}

async function notesOf(args: SettingsArgs & { id: string }): Promise<JobNote[]> {
  return (await atDesk(args, { command: "jobs.notes", args: { id: args.id } })) as JobNote[];
}

async function fullId(args: SettingsArgs & { id: string }): Promise<Hex> {
  const [first] = await notesOf(args);
  return (first?.jobId ?? args.id) as Hex;
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace("T", " ").slice(0, 19);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
