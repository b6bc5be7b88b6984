import { printConfig, type SettingsArgs } from "@assay/daemon-kit";
import { loadKeeperConfig } from "../config.ts";

/** Prints the settings in force and where each comes from; secrets are masked. @throws DK-001..DK-004 */
export function showConfig(args: SettingsArgs & { json: boolean }): void {
  printConfig(loadKeeperConfig(args).loaded, args.json);
}
