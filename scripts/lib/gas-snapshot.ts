import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "../deploy/artifacts.ts";

export const GAS_SNAPSHOT = join(REPOSITORY, "test", "gas", "snapshot.json");
/** What a step may differ from its snapshot, as a share: another compiler's noise, not another storage slot. */
export const TOLERANCE = 0.005;

export type GasSnapshot = Readonly<Record<string, number>>;

export function readGasSnapshot(): GasSnapshot {
  return JSON.parse(readFileSync(GAS_SNAPSHOT, "utf8")) as GasSnapshot;
}

/** A line for each step whose gas left its snapshot's tolerance, either way, or which only one side has. */
export function gasChanges(known: GasSnapshot, found: GasSnapshot): string[] {
  const steps = [...new Set([...Object.keys(known), ...Object.keys(found)])];
  return steps.flatMap((step) => {
    const [before, now] = [known[step], found[step]];
    if (before === undefined || now === undefined)
      return [`${step}: ${before ?? "not there"} -> ${now ?? "not there"}`];
    if (Math.abs(now - before) <= before * TOLERANCE) return [];
    return [`${step}: ${before} -> ${now} (${now > before ? "+" : ""}${now - before})`];
  });
}
