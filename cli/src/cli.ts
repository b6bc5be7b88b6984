import { runCommandLine } from "@assay/daemon-kit";
import { Command } from "commander";
import { accountCommand } from "./commands/account.ts";
import { balanceCommands } from "./commands/balance.ts";
import { governanceCommands } from "./commands/gov.ts";
import { grantCommands } from "./commands/grants.ts";
import { jobCommands } from "./commands/job/job.ts";
import { relayCommands } from "./commands/relay.ts";
import { stakeCommands } from "./commands/stake.ts";
import { ENV_PREFIX, SECRET_VARIABLES } from "./config.ts";

/** Runs the command line. Exit codes: 0 done, 1 your input, 75 try again. */
export async function main(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
  await runCommandLine(program(env), argv);
}

/** The whole command line. */
export function program(env: NodeJS.ProcessEnv): Command {
  const root = new Command("assay")
    .description(
      "For requesters, delegators and voters: jobs, stake behind providers, proposals, messages between chains.",
    )
    .version("0.1.0")
    .showHelpAfterError()
    .addHelpText(
      "after",
      `\nSettings: flag, then ${ENV_PREFIX}<NAME>, then the file, then the default. Secrets: ${Object.values(SECRET_VARIABLES).join(", ")}.\nExit codes: 0 done, 1 your input, 75 try again.`,
    );
  const groups = [
    ...jobCommands(env),
    ...stakeCommands(env),
    accountCommand(env),
    ...governanceCommands(env),
    grantCommands(env),
    balanceCommands(env),
    relayCommands(env),
  ];
  for (const group of groups) root.addCommand(group);
  return root;
}
