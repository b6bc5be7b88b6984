import { describeConfig, maskValue, type SettingsArgs } from "@assay/daemon-kit";
import { loadKeeperConfig } from "../config.ts";

/** Prints the settings in force and where each comes from; secrets are masked. @throws DK-001..DK-004 */
export function showConfig(args: SettingsArgs & { json: boolean }): void {
  const { loaded } = loadKeeperConfig(args);
  if (!args.json) {
    process.stdout.write(`${describeConfig(loaded)}\n`);
    return;
  }
  const { values, sources } = loaded;
  process.stdout.write(`${JSON.stringify({ values: maskValue("config", values), sources })}\n`);
}
