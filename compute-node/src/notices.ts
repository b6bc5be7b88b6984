import type { Notice } from "@assay/daemon-kit";
import { formatEther } from "viem";
import { LOCAL_CHAIN, type NodeConfig } from "./config.ts";
import type { NoticeName } from "./notice-names.ts";

export type NodeNotice = Notice & { event: NoticeName };

/** What the conditions are judged by. Amounts in the smallest unit, times in Unix ms. */
export interface Circumstances {
  nowMs: number;
  /** Of the newest block that was seen; undefined before the first. */
  headMs: number | undefined;
  /** Undefined before the chain was read. */
  freeStake: bigint | undefined;
  stake: bigint | undefined;
  gasBalance: bigint | undefined;
  /** Endpoints of several that are behind, failing or of another chain, masked. */
  poorEndpoints: readonly string[];
}

type Limits = Pick<NodeConfig, "minGasBalance" | "webhooks" | "chainId">;

/** A condition that lasts is told again after so long. */
const AGAIN_MS = 86_400_000;
/** One that comes and goes is not told more often than this. */
const FLAPPING_MS = 900_000;

/** What is amiss now, in the operator's words. Depends on nothing but its arguments. */
export function conditionsOf(now: Circumstances, { minGasBalance, webhooks, chainId }: Limits): NodeNotice[] {
  const found: NodeNotice[] = [];
  const { stake, freeStake, gasBalance, headMs, nowMs, poorEndpoints } = now;
  const { minFreeStake, maxHeadAgeSeconds } = webhooks;
  if (freeStake !== undefined && (freeStake < minFreeStake || stake === 0n)) {
    const text = `free stake is ${formatEther(freeStake)} ASY, wanted ${formatEther(minFreeStake)}: jobs may be passed over`;
    found.push({ event: "STAKE_LOW", text, facts: { freeStake, stake, wanted: minFreeStake } });
  }
  if (gasBalance !== undefined && gasBalance < minGasBalance) {
    const text = `the operator has ${formatEther(gasBalance)} coins for gas, wanted ${formatEther(minGasBalance)}: nothing is claimed`;
    found.push({ event: "BALANCE_LOW", text, facts: { gasBalance, wanted: minGasBalance } });
  }
  const ageSeconds = headMs === undefined ? 0 : Math.round((nowMs - headMs) / 1000);
  // A local chain makes no block unless it has something to put in.
  const isOld = ageSeconds > maxHeadAgeSeconds && chainId !== LOCAL_CHAIN;
  if (isOld || poorEndpoints.length > 0) {
    const old = `the newest block seen is ${ageSeconds} s old`;
    const poor = `behind or failing: ${poorEndpoints.join(", ")}`;
    const text = isOld ? old : poor;
    found.push({ event: "RPC_BEHIND", text, facts: { ageSeconds, endpoints: poorEndpoints } });
  }
  return found;
}

/** Remembers what was told, so that a condition is told when it begins and once a day while it lasts. */
export class Conditions {
  readonly #told = new Map<NoticeName, number>();
  readonly #lasting = new Set<NoticeName>();

  /** @returns those of the conditions that are to be told now */
  news(found: readonly NodeNotice[], nowMs: number): NodeNotice[] {
    const due = found.filter(({ event }) => {
      const told = this.#told.get(event);
      if (told === undefined) return true;
      return nowMs - told >= (this.#lasting.has(event) ? AGAIN_MS : FLAPPING_MS);
    });
    for (const { event } of due) this.#told.set(event, nowMs);
    const told = new Set(due.map(({ event }) => event));
    const lasting = found.filter(({ event }) => this.#lasting.has(event) || told.has(event));
    this.#lasting.clear();
    for (const { event } of lasting) this.#lasting.add(event);
    return due;
  }
}
