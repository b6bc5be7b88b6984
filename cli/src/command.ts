import { addSettings, type OptionValues, type SettingOption, settingsOf } from "@assay/daemon-kit";
import { Command } from "commander";
import { CONFIG_FILE } from "./config.ts";
import { type CliContext, openContext } from "./context.ts";

/** Options that every command takes; each is a setting. */
export const SETTINGS: readonly SettingOption[] = [
  ["--rpc-urls <url,...>", "rpcUrls", "RPC endpoints, in order of preference"],
  ["--chain-id <id>", "chainId", "the chain"],
  ["--deployment <file>", "deployment", "addresses of the protocol"],
  ["--keystore <file>", "keystore", "the key that signs"],
  ["--password-file <file>", "passwordFile", "its password"],
  ["--account <address>", "account", "whom a read is about, or who would send in a dry run"],
];

export interface CommandShape {
  name: string;
  description: string;
  /** As commander writes them, with what each is. */
  arguments?: readonly (readonly [name: string, help: string])[];
  options?: readonly (readonly [flag: string, help: string])[];
  /** Whether it sends transactions, and so takes `--dry-run` and a key. */
  writes: boolean;
}

/** Makes one command: its arguments, the settings, `--json`, and `--dry-run` where it writes. */
export function command(
  env: NodeJS.ProcessEnv,
  shape: CommandShape,
  run: (context: CliContext, given: readonly string[], values: OptionValues) => Promise<void>,
): Command {
  const made = new Command(shape.name).description(shape.description);
  for (const [name, help] of shape.arguments ?? []) made.argument(name, help);
  for (const [flag, help] of shape.options ?? []) made.option(flag, help);
  made.option("--json", "for machines", false);
  if (shape.writes) made.option("--dry-run", "simulate and print, send nothing", false);
  addSettings(made, SETTINGS, CONFIG_FILE);
  made.action(async (...all: unknown[]) => {
    const values = all.at(-2) as OptionValues;
    const given = (all.slice(0, -2) as (string | undefined)[]).filter((text) => text !== undefined);
    const settings = settingsOf(values, { options: SETTINGS, defaultFile: CONFIG_FILE, env });
    await run(await openContext(settings, values, shape.writes), given, values);
  });
  return made;
}
