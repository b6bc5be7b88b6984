import type { SettingsArgs } from "@assay/daemon-kit";
import type { Hex } from "viem";
import { loadNodeConfig } from "../config.ts";
import { nodeError } from "../errors.ts";
import type { JobNote, JobSummary, Verdict } from "../history.ts";
import { readLogs } from "../job-logs.ts";
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
  print(logs.map(({ name, text }) => `== ${name}\n${text.trimEnd() || "(nothing was printed)"}`).join("\n\n"));
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
