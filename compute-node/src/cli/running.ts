import { type OptionValues, printConfig } from "@assay/daemon-kit";
import type { Command } from "commander";
import { benchmark } from "../commands/benchmark.ts";
import { tellNode } from "../commands/desk.ts";
import { doctor } from "../commands/doctor.ts";
import { exportGuard, importGuard } from "../commands/guard.ts";
import { start } from "../commands/start.ts";
import { status } from "../commands/status.ts";
import { loadNodeConfig } from "../config.ts";
import { command, group, settings } from "./settings.ts";

/** Commands about the node itself. */
export function addRunning(root: Command, env: NodeJS.ProcessEnv): void {
  command(root, "doctor", "check everything a node needs, one line each")
    .option("--json", "for machines", false)
    .action(async (values: OptionValues) => {
      process.exitCode = await doctor({ ...settings(values, env), json: values.json === true });
    });
  command(root, "start", "run the node until SIGTERM or SIGINT").action((values: OptionValues) =>
    start(settings(values, env)),
  );
  command(root, "status", "show what the running node is doing")
    .option("--json", "for machines", false)
    .option("--watch", "show it again every second, until Ctrl-C", false)
    .option("--url <url>", "address of the node, when it is not the one of this data folder")
    .action(async (values: OptionValues) => {
      const { json, watch } = values;
      const url = values.url as string | undefined;
      process.exitCode = await status({ ...settings(values, env), json: json === true, watch: watch === true, url });
    });
  command(root, "benchmark", "measure this machine; what jobs cost is quoted from it")
    .option("--json", "for machines", false)
    .action((values: OptionValues) => benchmark({ ...settings(values, env), json: values.json === true }));
  command(root, "reload", "have the running node read prices, filters and mode again (as SIGHUP does)").action(
    async (values: OptionValues) => {
      const { changed } = (await tellNode(loadNodeConfig(settings(values, env)).config, "reload")) as {
        changed: string[];
      };
      process.stdout.write(changed.length > 0 ? `taken over: ${changed.join(", ")}\n` : "nothing has changed\n");
    },
  );
  const config = group(root, "config", "settings");
  command(config, "print", "show the settings in force and where each comes from")
    .option("--json", "for machines", false)
    .action((values: OptionValues) => printConfig(loadNodeConfig(settings(values, env)).loaded, values.json === true));
  const guard = group(root, "guard", "what this provider has committed itself to; move it along with the key");
  command(guard, "export", "write it to a file; the node must be stopped")
    .requiredOption("--out <file>", "a new file")
    .action((values: OptionValues) => exportGuard({ ...settings(values, env), out: String(values.out) }));
  command(guard, "import", "take over what another machine has exported")
    .requiredOption("--from <file>", "what `guard export` wrote")
    .action((values: OptionValues) => importGuard({ ...settings(values, env), from: String(values.from) }));
}
