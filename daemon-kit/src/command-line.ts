import { existsSync } from "node:fs";
import type { Command } from "commander";
import { asDiskError } from "./disk-error.ts";
import { exitCodeOf, facts, formatError } from "./errors.ts";

/** An option of the command line that stands for a setting. */
export type SettingOption = readonly [flag: string, setting: string, help: string];

/** What commander hands to an action. */
export type OptionValues = Record<string, string | boolean | undefined>;

/** Where a command takes its settings from. */
export type SettingsArgs = {
  /** The configuration file, if there is one. */
  file: string | undefined;
  /** By name of the setting. */
  flags: Record<string, unknown>;
  env: NodeJS.ProcessEnv;
};

/** Gives a command the options that every command of a daemon takes: its configuration file, and a flag for each setting. */
export function addSettings(command: Command, options: readonly SettingOption[], defaultFile: string): Command {
  command.option("-c, --config <file>", `configuration (default: ${defaultFile} where there is one)`);
  for (const [flag, setting, help] of options) command.option(flag, `${help} (setting ${setting})`);
  return command;
}

/** What the options that `addSettings` made say. */
export function settingsOf(
  values: OptionValues,
  { options, defaultFile, env }: { options: readonly SettingOption[]; defaultFile: string; env: NodeJS.ProcessEnv },
): SettingsArgs {
  const given = values.config as string | undefined;
  const flags = Object.fromEntries(options.map(([flag, setting]) => [setting, values[attribute(flag)]]));
  return { file: given ?? (existsSync(defaultFile) ? defaultFile : undefined), flags, env };
}

/** `--rpc-urls <url>` is `rpcUrls`, as commander names it. */
function attribute(flag: string): string {
  const name = flag.replace(/^--/, "").replace(/ .*/, "");
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Runs a command line to its end. A failure is told in four lines and ends the process: 1 your input, 75 try again. */
export async function runCommandLine(root: Command, argv: readonly string[]): Promise<void> {
  try {
    await root.parseAsync([...argv], { from: "user" });
  } catch (cause) {
    const error = asDiskError(cause);
    process.stderr.write(`${formatError(withFacts(error))}\n`);
    // A socket kept alive must not keep a failed command alive.
    process.exit(exitCodeOf(error));
  }
}

/** The client library's errors have no `found` where their sentence says it all; the four lines want one. */
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
