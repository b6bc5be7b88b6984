import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "@assay/daemon-kit";
import type { BackendName } from "@assay/exact";
import type { CostModel } from "./quote.ts";

/** What was measured of this machine, kept in the data folder. */
export interface Measured {
  engine: BackendName;
  secondsPerGmac: number;
  startSeconds: number;
  /** Gas of the newest claim, result and settlement, where they were seen. */
  gas: { claim?: number; submit?: number; finalize?: number };
  /** Unix ms. */
  at: number;
}

const FILE = "benchmark.json";
/** Until receipts were seen: what the three took on the local chain, rounded up. */
const USUAL_GAS = { claim: 160_000, submit: 160_000, finalize: 160_000 };
/** The reference machine, until this one was measured. */
const UNMEASURED = { secondsPerGmac: 1, startSeconds: 5 };
/** How much one run counts against what was known before. */
const WEIGHT = 0.3;
/** After this long a measurement is made anew. */
const STALE_MS = 7 * 86_400_000;

/** What was measured of each engine, in a data folder; nothing where there is nothing, or it cannot be read. */
export function readMeasured(dataDir: string): Measured[] {
  try {
    const found: unknown = JSON.parse(readFileSync(join(dataDir, FILE), "utf8"));
    return Array.isArray(found) ? (found as Measured[]) : [found as Measured];
  } catch {
    return [];
  }
}

/** Engines in the order in which `auto` tries them: the measured ones, fastest first, then the others as they stand. */
export function fastestFirst(measured: readonly Measured[], engines: readonly BackendName[]): BackendName[] {
  const speed = new Map(measured.map(({ engine, secondsPerGmac }) => [engine, secondsPerGmac]));
  const known = engines.filter((engine) => speed.has(engine));
  const others = engines.filter((engine) => !speed.has(engine));
  return [...known.sort((a, b) => (speed.get(a) ?? 0) - (speed.get(b) ?? 0)), ...others];
}

/** What this machine needs for jobs: measured by a benchmark, and by every run since. */
export class Machine {
  readonly #dataDir: string;
  readonly #engine: BackendName;
  #measured: Measured | undefined;

  constructor(dataDir: string, engine: BackendName) {
    this.#dataDir = dataDir;
    this.#engine = engine;
    this.#measured = readMeasured(dataDir).find((known) => known.engine === engine);
  }

  get model(): CostModel {
    const { secondsPerGmac, startSeconds } = this.#measured ?? UNMEASURED;
    const gas = { ...USUAL_GAS, ...this.#measured?.gas };
    return { secondsPerGmac, startSeconds, gasPerJob: gas.claim + gas.submit + gas.finalize };
  }

  /** Never measured with this engine, or too long ago. */
  isStale(nowMs: number): boolean {
    return !this.#measured || nowMs - this.#measured.at > STALE_MS;
  }

  /** Takes over a benchmark. */
  benchmarked(result: { secondsPerGmac: number; startSeconds: number }, nowMs: number): void {
    this.#keep({ gas: {}, ...this.#measured, ...result, engine: this.#engine, at: nowMs });
  }

  /** Learns from a run that went from its first step to its last without a break; what it waited for its data is left out. */
  ran({ macs, seconds }: { macs: number; seconds: number }, nowMs: number): void {
    const known = this.#measured;
    const found = Math.max(1e-6, seconds - (known ?? UNMEASURED).startSeconds) / (macs / 1e9);
    // A run of a moment measures the start of its process, not its steps.
    if (!known || seconds < 3 * known.startSeconds) return;
    const secondsPerGmac = known.secondsPerGmac * (1 - WEIGHT) + found * WEIGHT;
    this.#keep({ ...known, secondsPerGmac, at: nowMs });
  }

  /** Learns what a deed costs. */
  spent(deed: "claim" | "submit" | "finalize", gasUsed: bigint): void {
    if (!this.#measured) return;
    this.#measured.gas[deed] = Number(gasUsed);
  }

  #keep(measured: Measured): void {
    this.#measured = measured;
    const others = readMeasured(this.#dataDir).filter(({ engine }) => engine !== measured.engine);
    const text = JSON.stringify([...others, measured]);
    writeDurably(join(this.#dataDir, FILE), new TextEncoder().encode(`${text}\n`));
  }
}
