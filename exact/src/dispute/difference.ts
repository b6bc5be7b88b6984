import { DTYPE_BYTES, type Hex } from "../types.ts";
import type { Tracer } from "./tracer.ts";

/** Where a game stands and what the other side revealed there. */
export type Reveal =
  | { level: "tree"; height: number; index: number; nodes: readonly Hex[] }
  | { level: "steps"; segment: number; states: readonly Hex[] }
  | { level: "ops"; step: number; values: readonly Hex[] }
  | { level: "tiles"; step: number; op: number; height: number; index: number; nodes: readonly Hex[] }
  | { level: "tile"; step: number; op: number; tile: number; data: Hex }
  | { level: "prefix"; step: number; op: number; row: number; col: number; sums: readonly bigint[] };

/**
 * DSP-45: which child of a reveal to pick: the first that differs from one's own run (for a tile: element number
 * 16 * r + c). Undefined if none does: then nothing here can be won, and a game that got this far is an alarm.
 */
export async function firstDifference(tracer: Tracer, reveal: Reveal): Promise<number | undefined> {
  switch (reveal.level) {
    case "tree":
      return differs(tracer.runTreeNodes(reveal.height, reveal.index), reveal.nodes);
    case "steps":
      return differs((await tracer.segmentSteps(reveal.segment)).states, reveal.states);
    case "ops":
      return differs((await tracer.stepOps(reveal.step)).values, reveal.values);
    case "tiles":
      return differs(await tracer.opTreeNodes(reveal.step, reveal.op, reveal.height, reveal.index), reveal.nodes);
    case "tile":
      return tileDifference(tracer, reveal);
    case "prefix":
      return differs(await tracer.prefix(reveal.step, reveal.op, reveal.row, reveal.col), reveal.sums);
  }
}

function differs<T extends Hex | bigint>(mine: readonly T[], theirs: readonly T[]): number | undefined {
  const at = mine.findIndex((value, i) => normal(value) !== normal(theirs[i]));
  return at < 0 ? undefined : at;
}

function normal(value: Hex | bigint | undefined): string | bigint | undefined {
  return typeof value === "string" ? value.toLowerCase() : value;
}

async function tileDifference(tracer: Tracer, at: { step: number; op: number; tile: number; data: Hex }) {
  const mine = await tracer.tile(at.step, at.op, at.tile);
  const digits = 2 * DTYPE_BYTES[(await tracer.value(at.step, at.op)).dtype];
  const theirs = at.data.toLowerCase();
  for (let i = 0; i < 256; i++) {
    const from = 2 + i * digits;
    if (mine.slice(from, from + digits) !== theirs.slice(from, from + digits)) return i;
  }
  return undefined;
}
