import type { Hex } from "../../../exact/src/types.ts";
import { NOTHING } from "./forger.ts";
import { type Place, positionOf } from "./place.ts";
import { Defender } from "./players.ts";
import { type Task, TracedRun } from "./run.ts";
import type { Suit } from "./suit.ts";

/** A defender that commits to these boundaries, whatever it ran. */
export class Bound extends Defender {
  readonly #boundaries: Hex[];

  constructor(suit: Suit, run: TracedRun, boundaries: Hex[]) {
    super(suit, run);
    this.#boundaries = boundaries;
  }

  override boundaries(): Hex[] {
    return this.#boundaries;
  }
}

/** A run that goes on for one step more than the job asks for. */
export function longer(task: Task, nonce: Hex): TracedRun {
  return new TracedRun({ ...task, compiled: { ...task.compiled, steps: task.compiled.steps + 1 } }, nonce);
}

/** Commits to a boundary behind the last one and reveals it: all descendants of a node, those without leaves too. */
export class Padding extends Bound {
  override nodes(place: Place): Hex[] {
    return super.nodes({ ...place, leaves: 2 ** place.height });
  }
}

/** Reveals the honest run's nodes whatever it committed to. */
export class HonestNodes extends Defender {
  override boundaries(): Hex[] {
    return this.suit.honest.boundaries;
  }
}

/** Reveals one state more than the segment has. */
export class LongSegment extends Bound {
  override steps(segment: number): { start: Hex; states: Hex[] } {
    const { start, states } = super.steps(segment);
    return segment === 0 ? { start, states: [...states, NOTHING] } : { start, states };
  }
}

/** Ends the last segment with the claimed state, but answers for its steps honestly. */
export class HonestRoots extends Defender {
  override steps(segment: number): { start: Hex; states: Hex[] } {
    const { start, states } = super.steps(segment);
    return { start, states: states.with(-1, this.suit.record.finalState) };
  }
}

/** Says that all states of a segment but its end are the honest ones, and answers for its last step from its own run. */
export class OtherStart extends Defender {
  override steps(segment: number): { start: Hex; states: Hex[] } {
    const { start, states } = super.steps(segment);
    return { start, states: this.suit.honest.segment(segment).with(-1, states.at(-1)!) };
  }
}

/** Gives the true prefix sums of a false element. */
export class TrueSums extends Defender {
  override sums(place: Place): bigint[] {
    const { row, col } = positionOf(place);
    return this.suit.honest.prefixSums(place.step, place.op, row, col);
  }
}

/** Answers the first step from the job's state, whatever state its own run began with. */
export class StartsRight extends Defender {
  override roots(step: number): Hex[] {
    const roots = super.roots(step);
    const own = this.suit.honest.stateRoots(0);
    return step === 0 ? [...own, ...roots.slice(own.length)] : roots;
  }
}
