import { facts, makeDataFolder, type SettingsArgs } from "@assay/daemon-kit";
import { measureEngine } from "../children.ts";
import { loadNodeConfig, type NodeConfig } from "../config.ts";
import { examineEngines, findEngine } from "../engine.ts";
import { fastestFirst, Machine, type Measured, readMeasured } from "../machine.ts";

/** Seconds of the reference machine. */
const MINUTE = 60;

/**
 * Measures this machine with every engine that `engine` allows, and keeps the results: what jobs cost is quoted from them,
 * and `auto` takes the fastest. @throws CN-010, CN-011, DK-067
 */
export async function benchmark(args: SettingsArgs & { json: boolean }): Promise<void> {
  const { config } = loadNodeConfig(args);
  const measured = await measureMachine(config);
  for (const each of measured) {
    process.stdout.write(args.json ? `${JSON.stringify(each)}\n` : `${sentence(each)}\n`);
  }
}

/** One engine's figures, for people. */
export function sentence({ engine, secondsPerGmac, startSeconds }: Omit<Measured, "gas" | "at">): string {
  const speed = `${(1 / secondsPerGmac).toPrecision(3)} Gmac/s, ${startSeconds.toFixed(2)} s to start`;
  return `${engine}: ${speed}; a job of one reference minute takes ${(MINUTE * secondsPerGmac).toFixed(1)} s`;
}

/** @returns the figures, fastest first @throws CN-010, CN-011 when no engine works, DK-067 */
export async function measureMachine(config: NodeConfig): Promise<Omit<Measured, "gas" | "at">[]> {
  makeDataFolder(config.dataDir);
  const proven = config.engine === "auto" ? (await examineEngines(config)).proven : [(await findEngine(config)).engine];
  // None: told as a start would tell it.
  if (proven.length === 0) await findEngine(config);
  const names = proven.map(({ engine }) => engine);
  for (const name of names) {
    try {
      new Machine(config.dataDir, name).benchmarked(await measureEngine(config, name), Date.now());
    } catch (error) {
      // One that is exact and too slow to be measured is the last to be used; the only one must be measured.
      if (names.length === 1) throw error;
      process.stderr.write(`${name} could not be measured: ${facts(error).code} ${facts(error).message}\n`);
    }
  }
  const measured = readMeasured(config.dataDir).filter(({ engine }) => names.includes(engine));
  const order = fastestFirst(measured, names);
  return order.flatMap((name) => {
    const found = measured.find(({ engine }) => engine === name);
    return found ? [{ engine: name, secondsPerGmac: found.secondsPerGmac, startSeconds: found.startSeconds }] : [];
  });
}
