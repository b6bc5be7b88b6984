import {
  addSettings,
  type OptionValues,
  runCommandLine,
  type SettingOption,
  type SettingsArgs,
  settingsOf,
} from "@assay/daemon-kit";
import { Command } from "commander";
import { approve, showPending } from "./commands/approve.ts";
import { showConfig } from "./commands/config.ts";
import { start } from "./commands/start.ts";
import { status } from "./commands/status.ts";
import { ENV_PREFIX, SECRET_VARIABLES } from "./config.ts";

const CONFIG_FILE = "assay-keeper.yaml";

/** Options that every command takes; each is a setting. */
const OVERRIDES: readonly SettingOption[] = [
  ["--rpc-urls <url,...>", "rpcUrls", "RPC endpoints, in order of preference"],
  ["--chain-id <id>", "chainId", "the chain"],
  ["--deployment <file>", "deployment", "addresses of the protocol"],
  ["--keystore <file>", "keystore", "the keeper's key"],
  ["--password-file <file>", "passwordFile", "its password"],
  ["--data-dir <folder>", "dataDir", "journal, guard, budget, re-runs"],
  ["--http-port <port>", "httpPort", "port of /metrics and /status; 0 takes any"],
  ["--log-level <level>", "logLevel", "trace, debug, info, warn, error"],
  ["--settle", "settle.enabled", "switch the settle bot on"],
  ["--settle-jobs <which>", "settle.jobs", "listed, paid or all"],
  ["--challenger", "challenger.enabled", "switch the challenger on"],
  ["--dispute-clock", "disputeClock.enabled", "switch on: ends clocks that ran out"],
  ["--governance", "governance.enabled", "switch on: queues and executes what governance decided"],
  ["--rewards", "rewards.enabled", "switch on: collects earnings"],
  ["--topup", "topup.enabled", "switch on: keeps hot keys supplied"],
  ["--advisor", "advisor.enabled", "switch on: drafts parameter proposals as files"],
  ["--anomaly", "anomaly.enabled", "switch on: alerts"],
  ["--axelar-relay", "axelarRelay.enabled", "switch on: carries messages between two chains"],
  ["--axelar-recovery", "axelarRecovery.enabled", "switch on: helps messages that are stuck on a public network"],
  ["--remote-jobs", "remoteJobs.enabled", "switch on: serves users of another chain"],
  ["--gateways <url,...>", "challenger.gateways", "storage gateways"],
];

/** Runs the command line. Exit codes: 0 done, 1 your input, 75 try again. */
export async function main(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
  await runCommandLine(program(env), argv);
}

function program(env: NodeJS.ProcessEnv): Command {
  const root = new Command("assay-keeper")
    .description(
      "The protocol's upkeep: settles what is due, takes wrong results to court, carries out decisions, watches.",
    )
    .version("0.1.0")
    .showHelpAfterError()
    .addHelpText(
      "after",
      `\nSettings: flag, then ${ENV_PREFIX}<NAME> (${ENV_PREFIX}SETTLE__JOBS is settle.jobs), then the file, then the default.\nSecrets: ${Object.values(SECRET_VARIABLES).join(", ")}.\nExit codes: 0 done, 1 your input, 75 try again.`,
    );
  add(root, "start", "run the bots that are switched on, until SIGTERM or SIGINT").action((values: OptionValues) =>
    start(common(values, env)),
  );
  add(root, "status", "show what the running keeper is doing")
    .option("--json", "for machines", false)
    .option("--url <url>", "address of the keeper, when it is not the one of this data folder")
    .action(async (values: OptionValues) => {
      const url = values.url as string | undefined;
      process.exitCode = await status({ ...common(values, env), json: values.json === true, url });
    });
  add(root, "config", "show the settings in force and where each comes from")
    .option("--json", "for machines", false)
    .action((values: OptionValues) => showConfig({ ...common(values, env), json: values.json === true }));
  add(root, "pending", "show what waits for a person (mode oversight)")
    .option("--json", "for machines", false)
    .action((values: OptionValues) => showPending({ ...common(values, env), json: values.json === true }));
  add(root, "approve", "say yes to an action that waits")
    .argument("<id>", "its id, or the beginning of it")
    .action((id: string, values: OptionValues) => approve({ ...common(values, env), id }));
  return root;
}

function add(root: Command, name: string, description: string): Command {
  const command = addSettings(new Command(name).description(description), OVERRIDES, CONFIG_FILE);
  root.addCommand(command);
  return command;
}

function common(values: OptionValues, env: NodeJS.ProcessEnv): SettingsArgs {
  return settingsOf(values, { options: OVERRIDES, defaultFile: CONFIG_FILE, env });
}
