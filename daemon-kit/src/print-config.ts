import { describeConfig, type LoadedConfig } from "./config.ts";
import { maskValue } from "./mask.ts";

/** Prints the settings in force and where each comes from; secrets are masked. */
export function printConfig<T>(loaded: LoadedConfig<T>, json: boolean): void {
  const { values, sources } = loaded;
  const text = json
    ? JSON.stringify({ values: maskValue("config", values), sources }, (_, value) =>
        typeof value === "bigint" ? value.toString() : value,
      )
    : describeConfig(loaded);
  process.stdout.write(`${text}\n`);
}
