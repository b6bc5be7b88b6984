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

/** The measurement in a data folder, undefined where there is none or it cannot be read. */
export function readMeasured(dataDir: string): Measured | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDir, FILE), "utf8")) as Measured;
  } catch {
    return undefined;
  }
}

/** What this machine needs for jobs: measured by a benchmark, and by every run since. */
export class Machine {
  readonly #dataDir: string;
  readonly #engine: BackendName;
  #measured: Measured | undefined;

  constructor(dataDir: string, engine: BackendName) {
    this.#dataDir = dataDir;
    this.#engine = engine;
    const known = readMeasured(dataDir);
    this.#measured = known?.engine === engine ? known : undefined;
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

  /** Learns from a run that went from its first step to its last without a break. */
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
    writeDurably(join(this.#dataDir, FILE), new TextEncoder().encode(`${JSON.stringify(measured)}\n`));
  }
}
