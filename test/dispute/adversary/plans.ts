import { depth } from "../../../exact/src/commit/merkle.ts";
import { contractionOf } from "../../../exact/src/program/contraction.ts";
import { OP } from "../../../exact/src/program/opcodes.ts";
import { LEVEL, LEVEL_NAME } from "../support/place.ts";
import type { Task } from "../support/run.ts";
import type { Pattern, Plan } from "./lie.ts";

/** How much of the space is tried: `full` takes every step, every sign and every place; otherwise one of each kind. */
export interface Extent {
  full: boolean;
}

/** All patterns of this length with at least one false entry. */
export function* patterns(length: number): Generator<Pattern> {
  for (let bits = 1; bits < 2 ** length; bits++) {
    yield Array.from({ length }, (_, i) => ((bits >> i) & 1) === 1);
  }
}

const only = (length: number, index: number): Pattern => Array.from({ length }, (_, i) => i === index);
const none = (length: number): Pattern => only(length, -1);

/** Every lie about a run of `task`, one level after the other; `name` says where and what. */
export function* plans(task: Task, extent: Extent): Generator<{ name: string; plan: Plan }> {
  yield* disowned(task);
  yield* runLies(task);
  yield* segmentLies(task);
  yield* sumLies(task, extent);
  yield* elementLies(task, extent);
  yield* tileLies(task, extent);
  yield* stepLies(task, extent);
}

const draw = (pattern: Pattern): string => pattern.map((lie) => (lie ? "X" : "H")).join("") || "-";

/** The plainest lie that disputes `step`, by operator `op`; everything below it is as plain. */
export function plainLie({ compiled }: Task, step: number, op = compiled.phases[0]!.stateOut[0]!): Plan {
  const { segments, segmentLength, steps } = compiled;
  const segment = Math.floor(step / segmentLength);
  const count = Math.min(segmentLength, steps - segment * segmentLength);
  const at = step - segment * segmentLength;
  const { records, stateOut } = compiled.phases[0]!;
  return {
    boundaries: only(segments - 1, segment),
    final: segment === segments - 1,
    // false from the disputed step on
    states: Array.from({ length: count }, (_, i) => i >= at),
    // a false result that never reaches the state would change nothing
    values: records.map((_, j) => j === op || (j === stateOut[0] && j > op)),
    tiles: only(tileCount(records[op]!), 0),
    deltas: { 0: 1 },
  };
}

function* runLies(task: Task): Generator<{ name: string; plan: Plan }> {
  const { segments, segmentLength, steps } = task.compiled;
  const inner = segments - 1;
  const padded = inner === 0 ? 0 : 2 ** depth(inner);
  for (const final of [false, true]) {
    for (const boundaries of [none(inner), ...patterns(padded)]) {
      const first = boundaries.slice(0, inner).indexOf(true);
      if (!final && !boundaries.includes(true)) continue;
      const segment = first < 0 ? inner : first;
      const last = Math.min(steps, (segment + 1) * segmentLength) - 1;
      const plan = plainLie(task, last);
      const shown = boundaries.slice(inner).includes(true) ? boundaries : boundaries.slice(0, inner);
      yield { name: `run ${draw(shown)} end ${final ? "X" : "H"}`, plan: { ...plan, boundaries: shown, final } };
    }
  }
}

/** Every list of states, of the right length and one too long, also those that end with the honest state. */
function* segmentLies(task: Task): Generator<{ name: string; plan: Plan }> {
  const { segments, segmentLength, steps } = task.compiled;
  for (let segment = 0; segment < segments; segment++) {
    const first = segment * segmentLength;
    const count = Math.min(segmentLength, steps - first);
    for (const length of [count, count + 1]) {
      for (const states of [none(length), ...patterns(length)]) {
        const step = Math.max(0, Math.min(count - 1, states.indexOf(true)));
        yield { name: `segment ${segment} ${draw(states)}`, plan: { ...plainLie(task, first + step), states } };
      }
    }
  }
}

/** Every list of results of a step, also those that do not lead to the disputed state. */
function* stepLies(task: Task, { full }: Extent): Generator<{ name: string; plan: Plan }> {
  const { steps, records } = task.compiled;
  for (const step of full ? [...Array(steps).keys()] : [steps - 1]) {
    for (const values of patterns(records.length)) {
      const plan = plainLie(task, step, values.indexOf(true));
      yield { name: `step ${step} ${draw(values)}`, plan: { ...plan, values } };
    }
  }
}

/** Every tile tree of every operator: which tiles are false, and whether something stands behind the last one. */
function* tileLies(task: Task, { full }: Extent): Generator<{ name: string; plan: Plan }> {
  const { steps, records } = task.compiled;
  for (const [op, record] of records.entries()) {
    if (record.opcode === OP.CHAIN) continue;
    const count = tileCount(record);
    for (const tiles of patterns(2 ** depth(count))) {
      const padding = tiles.slice(count).includes(true);
      // with padding, one way to have false tiles besides is as good as another
      if (!full && padding && tiles.slice(0, count).filter(Boolean).length > 1) continue;
      const plan = plainLie(task, steps - 1, op);
      yield {
        name: `operator ${op} tiles ${draw(tiles)}`,
        plan: { ...plan, tiles: padding ? tiles : tiles.slice(0, count) },
      };
    }
  }
}

/** Every tile of every operator, false in its first and last element and in the padding at its right and lower edge. */
function* elementLies(task: Task, { full }: Extent): Generator<{ name: string; plan: Plan }> {
  const { steps, records } = task.compiled;
  for (const [op, record] of records.entries()) {
    if (record.opcode === OP.CHAIN) continue;
    for (let tile = 0; tile < tileCount(record); tile++) {
      const places = placesOf(record, tile);
      for (const signs of combinations(places.length, full ? [0, 1, -1] : [0, 1])) {
        const deltas = Object.fromEntries(places.map((e, i) => [e, signs[i]!]).filter(([, delta]) => delta !== 0));
        const plan = plainLie(task, steps - 1, op);
        const tiles = only(tileCount(record), tile);
        yield { name: `operator ${op} tile ${tile} ${JSON.stringify(deltas)}`, plan: { ...plan, tiles, deltas } };
      }
    }
  }
}

/** Every list of prefix sums of a false element, tied to it or not. */
function* sumLies(task: Task, { full }: Extent): Generator<{ name: string; plan: Plan }> {
  const { steps, records } = task.compiled;
  for (const [op, record] of records.entries()) {
    if (record.opcode !== OP.MATMUL) continue;
    const chunks = Math.ceil(contractionOf(record, 0).length / 16);
    for (const tile of full ? Array(tileCount(record)).keys() : [0]) {
      for (const loose of [false, true]) {
        for (const sums of [Array(chunks).fill(0) as number[], ...combinations(chunks, [0, 1, -2])]) {
          const plan = { ...plainLie(task, steps - 1, op), tiles: only(tileCount(record), tile) };
          yield {
            name: `operator ${op} tile ${tile} sums ${sums} ${loose ? "loose" : ""}`,
            plan: { ...plan, sums, loose },
          };
        }
      }
    }
  }
}

/** At one level, the answers of an honest run to a question that only the lie has raised. */
function* disowned(task: Task): Generator<{ name: string; plan: Plan }> {
  const { steps } = task.compiled;
  for (const [op] of task.compiled.records.entries()) {
    for (const disown of [LEVEL.Tree, LEVEL.Segment, LEVEL.Ops, LEVEL.Tiles, LEVEL.Tile, LEVEL.Prefix]) {
      for (const step of [0, steps - 1]) {
        yield { name: `honest ${LEVEL_NAME[disown]} of ${step}:${op}`, plan: { ...plainLie(task, step, op), disown } };
      }
    }
  }
}

export function tileCount({ rows, cols }: { rows: number; cols: number }): number {
  return Math.ceil(rows / 16) * Math.ceil(cols / 16);
}

/** First and last element of a tile, and the last of its first row and column where these lie outside the tensor. */
export function placesOf({ rows, cols }: { rows: number; cols: number }, tile: number): number[] {
  const grid = Math.ceil(cols / 16);
  const height = Math.min(16, rows - 16 * Math.floor(tile / grid));
  const width = Math.min(16, cols - 16 * (tile % grid));
  return [...new Set([0, (height - 1) * 16 + width - 1, ...(width < 16 ? [15] : []), ...(height < 16 ? [240] : [])])];
}

/** All lists of `count` of these numbers, except the one of zeros only. */
function* combinations(count: number, numbers: readonly number[]): Generator<number[]> {
  for (let i = 1; i < numbers.length ** count; i++) {
    yield Array.from({ length: count }, (_, k) => numbers[Math.floor(i / numbers.length ** k) % numbers.length]!);
  }
}
