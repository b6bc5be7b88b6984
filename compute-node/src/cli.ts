import { existsSync } from "node:fs";
import { EXIT_FAULT, exitCodeOf, formatError } from "@assay/daemon-kit";
import { Command, InvalidArgumentError } from "commander";
import { doctor } from "./commands/doctor.ts";
import { init } from "./commands/init.ts";
import { addStake, setOperatorKey, showStake } from "./commands/stake.ts";
import { type StartArgs, start } from "./commands/start.ts";
import { status } from "./commands/status.ts";
import { ENV_PREFIX, SECRET_VARIABLES } from "./config.ts";
import { facts } from "./errors.ts";

const CONFIG_FILE = "assay-node.yaml";

/** Options that any command takes; each is a setting of the same name. */
const OVERRIDES: readonly (readonly [flag: string, setting: string, help: string])[] = [
  ["--rpc-url <url,...>", "rpcUrls", "RPC endpoints, in order of preference"],
  ["--chain-id <id>", "chainId", "the chain"],
  ["--deployment <file>", "deployment", "addresses of the protocol"],
  ["--owner <address>", "owner", "whose stake and earnings"],
  ["--keystore <file>", "keystore", "the operator's key"],
  ["--password-file <file>", "passwordFile", "its password"],
  ["--gateway <url,...>", "gateways", "storage gateways"],
  ["--data-dir <folder>", "dataDir", "journal, guard, checkpoints, cache"],
  ["--engine <name>", "engine", "auto, wasm or cpu"],
  ["--http-port <port>", "httpPort", "port of /metrics and /status; 0 takes any"],
  ["--log-level <level>", "logLevel", "trace, debug, info, warn, error"],
];

type Values = Record<string, string | boolean | undefined>;

/** Runs the command line. Sets the exit code: 0 done, 1 your input, 75 try again. */
export async function main(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
  try {
    await program(env).parseAsync([...argv], { from: "user" });
  } catch (error) {
    process.stderr.write(`${formatError(withFacts(error))}\n`);
    // A socket kept alive must not keep a failed command alive.
    process.exit(exitCode(error));
  }
}

function program(env: NodeJS.ProcessEnv): Command {
  const root = new Command("assay-node")
    .description("The compute provider's node: takes jobs, trains, commits, is paid.")
    .version("0.1.0")
    .showHelpAfterError()
    .addHelpText(
      "after",
      `\nSettings: flag, then ${ENV_PREFIX}<NAME>, then the file, then the default. Secrets: ${Object.values(SECRET_VARIABLES).join(", ")}.\nExit codes: 0 done, 1 your input, 75 try again.`,
    );
  root.addCommand(initCommand(env));
  add(root, "doctor", "check everything a node needs, one line each")
    .option("--json", "for machines", false)
    .action(async (values: Values) => {
      process.exitCode = await doctor({ ...common(values, env), json: values.json === true });
    });
  add(root, "start", "run the node until SIGTERM or SIGINT").action((values: Values) => start(common(values, env)));
  add(root, "status", "show what the running node is doing")
    .option("--json", "for machines", false)
    .option("--url <url>", "address of the node, when it is not the one of this data folder")
    .action(async (values: Values) => {
      const url = values.url as string | undefined;
      process.exitCode = await status({ ...common(values, env), json: values.json === true, url });
    });
  root.addCommand(stakeCommand(env));
  return root;
}

function initCommand(env: NodeJS.ProcessEnv): Command {
  return new Command("init")
    .description("write a commented configuration and an encrypted keystore; overwrites nothing")
    .option("-c, --config <file>", "configuration to write", CONFIG_FILE)
    .option("--non-interactive", "ask nothing", false)
    .option("--rpc-url <url>", "RPC endpoint")
    .option("--chain-id <id>", "the chain", wholeNumber)
    .option("--deployment <file>", "addresses of the protocol")
    .option("--owner <address>", "owner of the stake, when the operator's key is another one")
    .option("--gateway <url>", "storage gateway")
    .option("--password-file <file>", `password of the keystore (or ${SECRET_VARIABLES.password})`)
    .option("--scrypt-n <n>", "cost of opening the keystore, a power of two", wholeNumber)
    .addHelpText("after", `\nImports the key in ${SECRET_VARIABLES.privateKey}; makes a fresh one when it is not set.`)
    .action((values: Record<string, string | undefined> & { nonInteractive: boolean }) =>
      init({
        file: values.config ?? CONFIG_FILE,
        nonInteractive: values.nonInteractive,
        rpcUrl: values.rpcUrl,
        chainId: values.chainId === undefined ? undefined : Number(values.chainId),
        owner: values.owner,
        gateway: values.gateway,
        deployment: values.deployment,
        passwordFile: values.passwordFile,
        scryptN: values.scryptN === undefined ? undefined : Number(values.scryptN),
        env,
      }),
    );
}

function stakeCommand(env: NodeJS.ProcessEnv): Command {
  const group = options(new Command("stake").description("show the provider's stake; add to it; name operators"))
    .option("--json", "for machines", false)
    .action((values: Values) => showStake({ ...common(values, env), json: values.json === true }));
  const owner = (command: Command) =>
    options(command)
      .option("--owner-keystore <file>", `the owner's keystore (or its raw key in ${SECRET_VARIABLES.ownerKey})`)
      .option("--owner-password-file <file>", "its password");
  const keys = (values: Values) => ({
    ...common(values, env),
    ownerKeystore: values.ownerKeystore as string | undefined,
    ownerPasswordFile: values.ownerPasswordFile as string | undefined,
  });
  group.addCommand(
    owner(
      new Command("add").description("stake ASY behind the provider's results").argument("<amount>", "in ASY"),
    ).action((amount: string, _own: Values, command: Command) =>
      addStake({ ...keys(command.optsWithGlobals()), amount }),
    ),
  );
  group.addCommand(
    owner(
      new Command("operator").description("allow a hot key to claim and submit for the owner").argument("<address>"),
    )
      .option("--revoke", "forbid it again", false)
      .action((operator: string, _own: Values, command: Command) => {
        const values = command.optsWithGlobals<Values>();
        return setOperatorKey({ ...keys(values), operator, revoke: values.revoke === true });
      }),
  );
  return group;
}

function add(root: Command, name: string, description: string): Command {
  const command = options(new Command(name).description(description));
  root.addCommand(command);
  return command;
}

function options(command: Command): Command {
  command.option("-c, --config <file>", `configuration (default: ${CONFIG_FILE} where there is one)`);
  for (const [flag, setting, help] of OVERRIDES) command.option(flag, `${help} (setting ${setting})`);
  return command;
}

function common(values: Values, env: NodeJS.ProcessEnv): StartArgs {
  const given = values.config as string | undefined;
  const flags = Object.fromEntries(OVERRIDES.map(([flag, setting]) => [setting, values[attribute(flag)]]));
  return { file: given ?? (existsSync(CONFIG_FILE) ? CONFIG_FILE : undefined), flags, env };
}

/** `--rpc-url <url>` is `rpcUrl`, as commander names it. */
function attribute(flag: string): string {
  const name = flag.replace(/^--/, "").replace(/ .*/, "");
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function wholeNumber(text: string): string {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("wanted a whole number");
  return text;
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

function exitCode(error: unknown): number {
  const retryable = error instanceof Error && "kind" in error && error.kind === "retryable";
  return retryable ? 75 : (exitCodeOf(error) ?? EXIT_FAULT);
}
