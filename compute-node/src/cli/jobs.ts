import type { OptionValues } from "@assay/daemon-kit";
import { type Command, InvalidArgumentError } from "commander";
import { explain, judgeJob, listJobs, shareLogs, showLogs } from "../commands/jobs.ts";
import { bumpTransaction, cancelTransaction, listTransactions } from "../commands/tx.ts";
import { command, group, settings } from "./settings.ts";

const ID = "the job's id, or its beginning";

/** Commands about jobs and transactions. */
export function addJobs(root: Command, env: NodeJS.ProcessEnv): void {
  const jobs = group(root, "jobs", "what befell jobs at this node");
  command(jobs, "list", "jobs that this node has seen, newest first", true)
    .option("--json", "for machines", false)
    .option("--mine", "only those that this node has claimed", false)
    .option("--limit <n>", "how many", count, "50")
    .action((values: OptionValues) => {
      const { json, mine, limit } = values;
      return listJobs({ ...settings(values, env), json: json === true, mine: mine === true, limit: Number(limit) });
    });
  command(jobs, "logs", "what a job's processes have printed; kept after the job has ended")
    .argument("<id>", ID)
    .action((id: string, values: OptionValues) => showLogs({ ...settings(values, env), id }));
  command(jobs, "share", "upload a job's logs for its requester, and print their name")
    .argument("<id>", ID)
    .action((id: string, values: OptionValues) => shareLogs({ ...settings(values, env), id }));
  for (const [name, verdict, help] of [
    ["approve", "approved", "let the node claim a job (modes oversight and manual)"],
    ["decline", "declined", "keep the node from claiming a job"],
  ] as const) {
    command(jobs, name, help)
      .argument("<id>", ID)
      .action((id: string, values: OptionValues) => judgeJob({ ...settings(values, env), id, verdict }));
  }
  command(root, "explain", "why this node did or did not take a job")
    .argument("<id>", ID)
    .option("--json", "for machines", false)
    .action((id: string, values: OptionValues) =>
      explain({ ...settings(values, env), id, json: values.json === true }),
    );
  const tx = group(root, "tx", "the node's transactions");
  command(tx, "list", "the newest of the journal")
    .option("--json", "for machines", false)
    .option("--open", "only those under way", false)
    .action((values: OptionValues) =>
      listTransactions({ ...settings(values, env), json: values.json === true, open: values.open === true }),
    );
  command(tx, "bump", "offer more for a transaction under way")
    .argument("<key>", "as `tx list` shows it")
    .action((key: string, values: OptionValues) => bumpTransaction({ ...settings(values, env), key }));
  command(tx, "cancel", "put nothing in the place of a transaction under way")
    .argument("<key>", "as `tx list` shows it")
    .action((key: string, values: OptionValues) => cancelTransaction({ ...settings(values, env), key }));
}

function count(text: string): string {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError("wanted a whole number from 1 to 99999");
  return text;
}
