import { addSettings, type OptionValues, type SettingOption, type SettingsArgs, settingsOf } from "@assay/daemon-kit";
import { Command } from "commander";
import { SECRET_VARIABLES } from "../config.ts";

export const CONFIG_FILE = "assay-node.yaml";

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

/** A command that takes the node's settings as options. */
export function command(parent: Command, name: string, description: string, isDefault = false): Command {
  const made = withSettings(new Command(name).description(description));
  parent.addCommand(made, { isDefault });
  return made;
}

/** A group of commands; it takes no settings itself, so that an option given to a command is never taken for the group's. */
export function group(parent: Command, name: string, description: string): Command {
  const made = new Command(name).description(description);
  parent.addCommand(made);
  return made;
}

export function withSettings(made: Command): Command {
  return addSettings(made, OVERRIDES, CONFIG_FILE);
}

/** Options of the commands that the owner's key signs. */
export function withOwner(made: Command): Command {
  return made
    .option("--owner-keystore <file>", `the owner's keystore (or its raw key in ${SECRET_VARIABLES.ownerKey})`)
    .option("--owner-password-file <file>", "its password");
}

export function settings(values: OptionValues, env: NodeJS.ProcessEnv): SettingsArgs {
  return settingsOf(values, { options: OVERRIDES, defaultFile: CONFIG_FILE, env });
}

export function ownerSettings(values: OptionValues, env: NodeJS.ProcessEnv) {
  return {
    ...settings(values, env),
    ownerKeystore: values.ownerKeystore as string | undefined,
    ownerPasswordFile: values.ownerPasswordFile as string | undefined,
  };
}
