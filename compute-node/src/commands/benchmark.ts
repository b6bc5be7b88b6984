import { mkdirSync } from "node:fs";
import type { SettingsArgs } from "@assay/daemon-kit";
import { measureEngine } from "../children.ts";
import { loadNodeConfig } from "../config.ts";
import { findEngine } from "../engine.ts";
import { Machine } from "../machine.ts";

/**
 * Measures this machine with the engine that the configuration asks for, and keeps the result: what jobs cost is quoted
 * from it. @throws CN-010, CN-011
 */
export async function benchmark(args: SettingsArgs & { json: boolean }): Promise<void> {
  const { config } = loadNodeConfig(args);
  mkdirSync(config.dataDir, { recursive: true });
  const { engine } = await findEngine(config);
  const result = await measureEngine(config, engine.engine);
  new Machine(config.dataDir, engine.engine).benchmarked(result, Date.now());
  const gmacs = 1 / result.secondsPerGmac;
  process.stdout.write(
    args.json
      ? `${JSON.stringify({ engine: engine.engine, ...result })}\n`
      : `${engine.engine}: ${gmacs.toPrecision(3)} Gmac/s, ${result.startSeconds.toFixed(2)} s to start; a job of one reference minute takes ${(60 * result.secondsPerGmac).toFixed(1)} s\n`,
  );
}
