import { existsSync } from "node:fs";
import { EXIT_RETRY, exitCodeOf, formatError } from "@assay/daemon-kit";
import { Command } from "commander";
import { showConfig } from "./commands/config.ts";
import { type StartArgs, start } from "./commands/start.ts";
import { status } from "./commands/status.ts";
import { ENV_PREFIX, SECRET_VARIABLES } from "./config.ts";
import { facts } from "./errors.ts";

const CONFIG_FILE = "assay-keeper.yaml";

/** Options that every command takes; each is a setting. */
const OVERRIDES: readonly (readonly [flag: string, setting: string, help: string])[] = [
  ["--rpc-urls <url,...>", "rpcUrls", "RPC endpoints, in order of preference"],
  ["--chain-id <id>", "chainId", "the chain"],
  ["--deployment <file>", "deployment", "addresses of the protocol"],
  ["--keystore <file>", "keystore", "the keeper's key"],
  ["--password-file <file>", "passwordFile", "its password"],
  ["--data-dir <folder>", "dataDir", "journal, guard, budget, re-runs"],
  ["--http-port <port>", "httpPort", "port of /metrics and /status; 0 takes any"],
  ["--log-level <level>", "logLevel", "trace, debug, info, warn, error"],
  ["--settle", "settle.enabled", "switch the settle bot on"],
  ["--settle-jobs <which>", "settle.jobs", "listed or all"],
  ["--challenger", "challenger.enabled", "switch the challenger on"],
  ["--gateways <url,...>", "challenger.gateways", "storage gateways"],
];

type Values = Record<string, string | boolean | undefined>;

/** Runs the command line. Sets the exit code: 0 done, 1 your input, 75 try again. */
export async function main(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
  try {
    await program(env).parseAsync([...argv], { from: "user" });
  } catch (error) {
    const retryable = error instanceof Error && "kind" in error && error.kind === "retryable";
    process.exitCode = retryable ? EXIT_RETRY : exitCodeOf(error);
    process.stderr.write(`${formatError(withFacts(error))}\n`);
  }
}

function program(env: NodeJS.ProcessEnv): Command {
  const root = new Command("assay-keeper")
    .description("The protocol's upkeep: settles what is due, takes wrong results to court.")
    .version("0.1.0")
    .showHelpAfterError()
    .addHelpText(
      "after",
      `\nSettings: flag, then ${ENV_PREFIX}<NAME> (${ENV_PREFIX}SETTLE__JOBS is settle.jobs), then the file, then the default.\nSecrets: ${Object.values(SECRET_VARIABLES).join(", ")}.\nExit codes: 0 done, 1 your input, 75 try again.`,
    );
  add(root, "start", "run the bots that are switched on, until SIGTERM or SIGINT").action((values: Values) =>
    start(common(values, env)),
  );
  add(root, "status", "show what the running keeper is doing")
    .option("--json", "for machines", false)
    .option("--url <url>", "address of the keeper, when it is not the one of this data folder")
    .action(async (values: Values) => {
      const url = values.url as string | undefined;
      process.exitCode = await status({ ...common(values, env), json: values.json === true, url });
    });
  add(root, "config", "show the settings in force and where each comes from")
    .option("--json", "for machines", false)
    .action((values: Values) => showConfig({ ...common(values, env), json: values.json === true }));
  return root;
}

function add(root: Command, name: string, description: string): Command {
  const command = new Command(name).description(description);
  command.option("-c, --config <file>", `configuration (default: ${CONFIG_FILE} where there is one)`);
  for (const [flag, setting, help] of OVERRIDES) command.option(flag, `${help} (setting ${setting})`);
  root.addCommand(command);
  return command;
}

function common(values: Values, env: NodeJS.ProcessEnv): StartArgs {
  const given = values.config as string | undefined;
  const flags = Object.fromEntries(OVERRIDES.map(([flag, setting]) => [setting, values[attribute(flag)]]));
  return { file: given ?? (existsSync(CONFIG_FILE) ? CONFIG_FILE : undefined), flags, env };
}

/** `--rpc-urls <url>` is `rpcUrls`, as commander names it. */
function attribute(flag: string): string {
  const name = flag.replace(/^--/, "").replace(/ .*/, "");
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** The client's errors have no `found` where their sentence says it all; the four lines want one. */
function withFacts(error: unknown): unknown {
  const { code, message, found, wanted, hint } = facts(error);
  if (code === "DK-000" || !(error instanceof Error) || found !== undefined) return error;
  return Object.assign(new Error(message), {
    code,
    found: message,
    wanted: wanted ?? "none of this",
    hint: hint ?? "",
  });
}
