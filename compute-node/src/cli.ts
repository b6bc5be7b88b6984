import {
  addSettings,
  type OptionValues,
  runCommandLine,
  type SettingOption,
  type SettingsArgs,
  settingsOf,
} from "@assay/daemon-kit";
import { Command, InvalidArgumentError } from "commander";
import { doctor } from "./commands/doctor.ts";
import { init } from "./commands/init.ts";
import { addStake, setOperatorKey, showStake } from "./commands/stake.ts";
import { start } from "./commands/start.ts";
import { status } from "./commands/status.ts";
import { ENV_PREFIX, SECRET_VARIABLES } from "./config.ts";

const CONFIG_FILE = "assay-node.yaml";

/** Options that any command takes; each is a setting of the same name. */
const OVERRIDES: readonly SettingOption[] = [
  ["--rpc-url <url,...>", "rpcUrls", "RPC endpoints, in order of preference"],
  ["--chain-id <id>", "chainId", "the chain"],
  ["--deployment <file>", "deployment", "addresses of the protocol"],
  ["--owner <address>", "owner", "whose stake and earnings"],
  ["--keystore <file>", "keystore", "the operator's key"],
  ["--password-file <file>", "passwordFile", "its password"],
  ["--gateway <url,...>", "gateways", "storage gateways"],
  ["--data-dir <folder>", "dataDir", "journal, guard, checkpoints, cache"],
  ["--engine <name>", "engine", "auto, tfjs-node-gpu, webgpu, tfjs-node, wasm or cpu"],
  ["--engine-folder <folder>", "engineFolder", "where tfjs-node was built"],
  ["--allow-software-gpu", "allowSoftwareGpu", "take a graphics adapter that computes on the processor"],
  ["--http-port <port>", "httpPort", "port of /metrics and /status; 0 takes any"],
  ["--log-level <level>", "logLevel", "trace, debug, info, warn, error"],
];

/** Runs the command line. Exit codes: 0 done, 1 your input, 75 try again. */
export async function main(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
  await runCommandLine(program(env), argv);
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
    .action(async (values: OptionValues) => {
      process.exitCode = await doctor({ ...common(values, env), json: values.json === true });
    });
  add(root, "start", "run the node until SIGTERM or SIGINT").action((values: OptionValues) =>
    start(common(values, env)),
  );
  add(root, "status", "show what the running node is doing")
    .option("--json", "for machines", false)
    .option("--url <url>", "address of the node, when it is not the one of this data folder")
    .action(async (values: OptionValues) => {
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
    .action((values: OptionValues) => showStake({ ...common(values, env), json: values.json === true }));
  const owner = (command: Command) =>
    options(command)
      .option("--owner-keystore <file>", `the owner's keystore (or its raw key in ${SECRET_VARIABLES.ownerKey})`)
      .option("--owner-password-file <file>", "its password");
  const keys = (values: OptionValues) => ({
    ...common(values, env),
    ownerKeystore: values.ownerKeystore as string | undefined,
    ownerPasswordFile: values.ownerPasswordFile as string | undefined,
  });
  group.addCommand(
    owner(
      new Command("add").description("stake ASY behind the provider's results").argument("<amount>", "in ASY"),
    ).action((amount: string, _own: OptionValues, command: Command) =>
      addStake({ ...keys(command.optsWithGlobals()), amount }),
    ),
  );
  group.addCommand(
    owner(
      new Command("operator").description("allow a hot key to claim and submit for the owner").argument("<address>"),
    )
      .option("--revoke", "forbid it again", false)
      .action((operator: string, _own: OptionValues, command: Command) => {
        const values = command.optsWithGlobals<OptionValues>();
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
  return addSettings(command, OVERRIDES, CONFIG_FILE);
}

function common(values: OptionValues, env: NodeJS.ProcessEnv): SettingsArgs {
  return settingsOf(values, { options: OVERRIDES, defaultFile: CONFIG_FILE, env });
}

function wholeNumber(text: string): string {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("wanted a whole number");
  return text;
}
