import { type Backend, type Hex, OP_NAME, stateHash } from "@assay/exact";
import { fault } from "../../test/dispute/support/faults.ts";
import { type Tamper, type Task, TracedRun } from "../../test/dispute/support/run.ts";
import { SegmentRun } from "../../test/dispute/support/segment-run.ts";
import { type EngineRun, engineRun } from "./exact-run.ts";
import type { FaultPlace } from "./options.ts";

type Random = (n: number) => number;

/** A run with one wrong element, and the honest one beside it, in the segment where they part. */
export interface FaultyRun {
  segment: number;
  honest: SegmentRun;
  claimed: SegmentRun;
  /** What went wrong where, for people. */
  what: string;
  place: Required<FaultPlace>;
  right: number;
  wrong: number;
}

/** Sizes of error to try: one is often rounded away by the next operator. */
const DELTAS = [1, 16, 256, 4_096, 65_536];
const DRAWS = 64;

export interface Case {
  task: Task;
  nonce: Hex;
  backend: Backend;
  honest: EngineRun;
}

/**
 * Puts a fault into the honest run and lets the engine go on from there to the end.
 * @throws if the place does not exist, or nothing that goes wrong there changes the result
 */
export async function faultyRun(the: Case, wanted: FaultPlace | "random", random: Random): Promise<FaultyRun> {
  for (let draw = 0; draw < (wanted === "random" ? DRAWS : 1); draw++) {
    const place = wanted === "random" ? drawPlace(the.task, random) : wanted;
    const found = await tryPlace(the, place, random);
    if (found) return found;
  }
  const where = wanted === "random" ? `${DRAWS} random places` : describePlace(the.task, wanted);
  throw new Error(
    `found no fault at ${where} that changes the result: rounding swallows it; wanted one that does: ` +
      "name another operator or element (new weights are never rounded away)",
  );
}

async function tryPlace(the: Case, place: FaultPlace, random: Random): Promise<FaultyRun | undefined> {
  const { task, nonce, honest: engine } = the;
  checkPlace(task, place);
  const segment = Math.floor(place.step / task.compiled.segmentLength);
  const honest = new SegmentRun(task, nonce, segment, engine.checkpoints[segment]!, engine);
  for (const delta of DELTAS) {
    const element = place.element ?? drawElement(task, place, random);
    const index = elementIndex(task, { ...place, element });
    const tamper = fault(place.step, place.op, index, delta);
    if (!showsAfterStep(honest, place.step, tamper)) continue;
    const claimed = await finish(the, segment, tamper);
    if (!claimed) continue;
    const value = (run: TracedRun) => run.values[place.step]![place.op]!.data[index]!;
    const [right, wrong] = [value(honest), value(claimed)];
    const at = { ...place, element };
    const what = `${describePlace(task, at)}: ${wrong} instead of ${right}`;
    return { segment, honest, claimed, what, place: at, right, wrong };
  }
  return undefined;
}

/** One step again, to save the rest of the segment where the fault is rounded away at once. */
function showsAfterStep(honest: SegmentRun, step: number, tamper: Tamper): boolean {
  const start = honest.states[step]!;
  const one = new TracedRun({ ...honest.task, start }, honest.nonce, tamper, { first: step, count: 1 });
  return stateHash(step + 1, one.stateRoots(step + 1)) !== honest.state(step + 1);
}

/** The segment with the fault and, after it, the engine's run to the end; nothing if the fault has vanished by then. */
async function finish(the: Case, segment: number, tamper: Tamper): Promise<SegmentRun | undefined> {
  const { task, nonce, backend, honest } = the;
  const { segments, segmentLength, steps } = task.compiled;
  const make = (finished: { boundaries: readonly Hex[]; finalRoots: readonly Hex[] }) =>
    new SegmentRun(task, nonce, segment, honest.checkpoints[segment]!, finished, tamper);
  const alone = make(honest);
  const end = Math.min(steps, (segment + 1) * segmentLength);
  const state = alone.states[end]!;
  const roots = state.map((tensor) => alone.root(tensor));
  const hash = stateHash(end, roots);
  if (segment === segments - 1) {
    return hash === stateHash(steps, honest.finalRoots) ? undefined : make({ ...honest, finalRoots: roots });
  }
  if (hash === honest.boundaries[segment]) return undefined;
  const boundaries = [...honest.boundaries.slice(0, segment), hash];
  return make(await engineRun(task, nonce, backend, { step: end, state, boundaries }));
}

function drawPlace({ compiled }: Task, random: Random): FaultPlace {
  const step = random(compiled.steps);
  const op = random(compiled.records.length);
  const { rows, cols } = compiled.records[op]!;
  return { step, op, tile: random(Math.ceil(rows / 16) * Math.ceil(cols / 16)) };
}

/** A random element of the tile that lies inside the result. */
function drawElement(task: Task, { op, tile }: FaultPlace, random: Random): number {
  const { rows, cols } = task.compiled.records[op]!;
  const grid = Math.ceil(cols / 16);
  const height = Math.min(16, rows - 16 * Math.floor(tile / grid));
  const width = Math.min(16, cols - 16 * (tile % grid));
  return 16 * random(height) + random(width);
}

function elementIndex(task: Task, { op, tile, element }: Required<FaultPlace>): number {
  const { cols } = task.compiled.records[op]!;
  const grid = Math.ceil(cols / 16);
  return (16 * Math.floor(tile / grid) + (element >> 4)) * cols + 16 * (tile % grid) + (element & 15);
}

function checkPlace({ compiled }: Task, { step, op, tile, element = 0 }: FaultPlace): void {
  const fail = (what: string, found: number, count: number): never => {
    throw new Error(`found ${what} ${found} in --fault, wanted 0..${count - 1}: that is what this program has there`);
  };
  if (step >= compiled.steps) fail("step", step, compiled.steps);
  if (op >= compiled.records.length) fail("operator", op, compiled.records.length);
  const { rows, cols } = compiled.records[op]!;
  const grid = Math.ceil(cols / 16);
  const tiles = Math.ceil(rows / 16) * grid;
  if (tile >= tiles) fail(`tile of operator ${op}`, tile, tiles);
  const [row, col] = [16 * Math.floor(tile / grid) + (element >> 4), 16 * (tile % grid) + (element & 15)];
  if (row < rows && col < cols) return;
  throw new Error(
    `found element ${element} of tile ${tile}, which is (${row}, ${col}), outside the ${rows} x ${cols} of operator ${op}; ` +
      "wanted one inside: the padding of a committed tile is part of its encoding, not of the run",
  );
}

/** An operator for people: opcode, note and shape. */
export function operatorName({ compiled }: Task, op: number): string {
  const { opcode, note, rows, cols, outDtype } = compiled.records[op]!;
  return `${OP_NAME[opcode]} ${note} (${rows} x ${cols} ${outDtype})`;
}

function describePlace(task: Task, { step, op, tile, element }: FaultPlace): string {
  const where = element === undefined ? "" : `, element ${element}`;
  return `step ${step}, operator ${op} = ${operatorName(task, op)}, tile ${tile}${where}`;
}
