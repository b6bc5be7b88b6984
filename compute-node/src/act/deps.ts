import type { JobId, JobIndex } from "@assay/sdk";
import type { TransactionReceipt } from "viem";
import type { NodeContext } from "../context.ts";
import type { LocalJobs } from "../local.ts";
import type { MarketPrices } from "../market-prices.ts";

/** What carrying out an action needs. */
export interface ActDeps extends NodeContext {
  index: JobIndex;
  local: LocalJobs;
  prices: MarketPrices;
}

/** Counts a mined transaction's fee, and learns what the deed costs. */
export function countGas(
  { metrics, machine }: ActDeps,
  receipt: TransactionReceipt,
  deed?: "claim" | "submit" | "finalize",
): void {
  if (deed) machine.spent(deed, receipt.gasUsed);
  metrics.gasSpent.inc(Number(receipt.gasUsed * receipt.effectiveGasPrice) / 1e18);
}

/** Puts a job's next settlement or claim off. */
export function postpone({ local }: ActDeps, id: JobId, ms: number): void {
  local.of(id).notBeforeMs = Date.now() + ms;
}

/** Waits until a moment, or until the node stops. @returns false when it stops */
export function waitUntil(atMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const end = (going: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      resolve(going);
    };
    const onAbort = () => end(false);
    const timer = setTimeout(() => end(true), Math.max(0, atMs - Date.now()));
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
