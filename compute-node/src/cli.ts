import { completionScript, runCommandLine, type Shell } from "@assay/daemon-kit";
import { Argument, Command, InvalidArgumentError } from "commander";
import { addJobs } from "./cli/jobs.ts";
import { addMoney } from "./cli/money.ts";
import { addRunning } from "./cli/running.ts";
import { CONFIG_FILE } from "./cli/settings.ts";
import { init } from "./commands/init.ts";
import { ENV_PREFIX, SECRET_VARIABLES } from "./config.ts";

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
  addRunning(root, env);
  addJobs(root, env);
  addMoney(root, env);
  root
    .command("completion")
    .description("print a script that completes commands and options")
    .addArgument(new Argument("<shell>").choices(["bash", "zsh", "fish"] satisfies Shell[]))
    .action((shell: Shell) => {
      process.stdout.write(completionScript(root, shell));
    });
  return root;
}

function initCommand(env: NodeJS.ProcessEnv): Command {
  return new Command("init")
    .description(
      "write a commented configuration and an encrypted keystore, asking for what no option says; overwrites nothing",
    )
    .option("-c, --config <file>", "configuration to write", CONFIG_FILE)
    .option("--non-interactive", "ask nothing", false)
    .option("--rpc-url <url>", "RPC endpoint")
    .option("--chain-id <id>", "the chain", wholeNumber)
    .option("--deployment <file>", "addresses of the protocol")
    .option("--owner <address>", "owner of the stake, when the operator's key is another one")
    .option("--gateway <url>", "storage gateway")
    .option("--password-file <file>", `password of the keystore (or ${SECRET_VARIABLES.password})`)
    .option("--no-benchmark", "do not measure the machine (assay-node benchmark does it later)")
    .option("--scrypt-n <n>", "cost of opening the keystore, a power of two", wholeNumber)
    .addHelpText("after", `\nImports the key in ${SECRET_VARIABLES.privateKey}; makes a fresh one when it is not set.`)
    .action((values: Record<string, string | undefined> & { nonInteractive: boolean; benchmark: boolean }) =>
      init({
        file: values.config ?? CONFIG_FILE,
        nonInteractive: values.nonInteractive,
        benchmark: values.benchmark,
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

function wholeNumber(text: string): string {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("wanted a whole number");
  return text;
}
