import { OP, ORDER } from "../../../exact/src/program/opcodes.ts";
import { KIND, type Phase, phaseOf } from "../../../exact/src/program/records.ts";
import { evaluateRecord } from "../../../exact/src/run/reference.ts";
import { DTYPE_RANGE, type IntTensor, saturate } from "../../../exact/src/types.ts";
import { fault, otherNonce, otherStart } from "./faults.ts";
import { StartsRight } from "./liars.ts";
import { Defender } from "./players.ts";
import { type Moment, type Tamper, type Task, TracedRun } from "./run.ts";
import type { Suit } from "./suit.ts";

type Random = (n: number) => number;

/** What went wrong in a provider's run, and how it answers for it. */
export interface Fault {
  /** What exactly, e.g. `3:37`. */
  where: string;
  tamper: Tamper;
  defender(suit: Suit, run: TracedRun): Defender;
}

const answers = (suit: Suit, run: TracedRun): Defender => new Defender(suit, run);

function made(where: string, value: NonNullable<Tamper["value"]>): Fault {
  return { where, tamper: { value }, defender: answers };
}

const phaseAt = ({ compiled }: Task, step: number): Phase => compiled.phases[phaseOf(compiled.phases, step)]!;

/** A random step, and a random operator of it. */
function somewhere(task: Task, random: Random): { step: number; op: number; where: string } {
  const step = random(task.compiled.steps);
  const op = random(phaseAt(task, step).records.length);
  return { step, op, where: `${step}:${op}` };
}

/** Changes the elements of one value that `chosen` names. */
function elements(step: number, op: number, change: (value: IntTensor) => (old: number, index: number) => number) {
  return (s: number, j: number, value: IntTensor): IntTensor => {
    if (s !== step || j !== op) return value;
    const to = change(value);
    return { ...value, data: value.data.map((old, i) => saturate(value.dtype, to(old, i))) };
  };
}

const missedStep = (task: Task, first: number, last: number): Tamper["value"] => {
  return (step, op, value, { scope }) => {
    if (step < first || step > last) return value;
    const k = phaseAt(task, step).stateOut.indexOf(op);
    return k < 0 ? value : scope.states[k]!;
  };
};

/** Other tensors of the same shape and type that an operator might read by mistake: earlier values of the same step. */
function mixups(task: Task, step: number): { op: number; input: number; other: number }[] {
  const { records } = phaseAt(task, step);
  return records.flatMap(({ inputs }, op) =>
    inputs.flatMap((wanted, input) =>
      records.slice(0, op).flatMap((made, other) => {
        const same = made.rows === wanted.rows && made.cols === wanted.cols && made.outDtype === wanted.dtype;
        const right = wanted.kind === KIND.VALUE && wanted.idx === other;
        return same && !right && made.opcode !== OP.CHAIN ? [{ op, input, other }] : [];
      }),
    ),
  );
}

function again({ record, scope }: Moment, inputs: readonly IntTensor[], step = scope.step): IntTensor {
  return evaluateRecord(record, inputs, { ...scope, step });
}

/**
 * Every kind of fault that a dispute must find, as a generator: draws one for any program. A drawn fault may happen to
 * change nothing (a zero that stays zero); whoever draws compares the runs.
 */
export const FAULT_KINDS: Readonly<Record<string, (task: Task, random: Random) => Fault>> = {
  "one element (V1)": (task, random) => {
    const { step, op, where } = somewhere(task, random);
    const size = 2 ** random(8);
    const element = random(1 << 16);
    return {
      where: `${where} ${element}`,
      tamper: fault(step, op, element, random(2) ? size : -size),
      defender: answers,
    };
  },
  "a whole tile": (task, random) => {
    const { step, op, where } = somewhere(task, random);
    const { rows, cols } = phaseAt(task, step).records[op]!;
    const [top, left] = [random(Math.ceil(rows / 16)), random(Math.ceil(cols / 16))];
    const inside = (i: number): boolean => Math.floor(i / cols) >> 4 === top && (i % cols) >> 4 === left;
    return made(
      `${where} tile (${top}, ${left})`,
      elements(step, op, () => (old, i) => (inside(i) ? old + 1 : old)),
    );
  },
  "a whole operator": (task, random) => {
    const { step, op, where } = somewhere(task, random);
    const by = random(2) ? 1 : -1;
    return made(
      where,
      elements(step, op, () => (old) => old + by),
    );
  },
  "a step not taken": (task, random) => {
    const step = random(task.compiled.steps);
    return { where: `${step}`, tamper: { value: missedStep(task, step, step) }, defender: answers };
  },
  "wrong wiring (V2)": (task, random) => {
    const step = random(task.compiled.steps);
    const all = mixups(task, step);
    const { op, input, other } = all[random(all.length)]!;
    return made(`${step}:${op} input ${input} from ${other}`, (s, j, value, moment) =>
      s === step && j === op ? again(moment, moment.inputs.with(input, moment.values[other]!)) : value,
    );
  },
  "wrong data order (V13)": () => ({ where: "all", tamper: otherNonce(), defender: answers }),
  "wrong initial weights (W4)": () => ({
    where: "start",
    tamper: otherStart(),
    defender: (suit, run) => new StartsRight(suit, run),
  }),
  "swapped batches (V25)": (task, random) => {
    const a = random(task.compiled.steps);
    const b = (a + 1 + random(task.compiled.steps - 1)) % task.compiled.steps;
    return made(`${a} and ${b}`, (step, _, value, moment) => {
      if (moment.record.opcode !== OP.DATALOAD || (step !== a && step !== b)) return value;
      return again(moment, moment.inputs, step === a ? b : a);
    });
  },
  "an integer out of range (V3)": (task, random) => {
    const { step, op, where } = somewhere(task, random);
    const [at, end] = [random(1 << 16), random(2)];
    return made(
      where,
      elements(
        step,
        op,
        ({ dtype, data }) =>
          (old, i) =>
            i === at % data.length ? DTYPE_RANGE[dtype][end]! : old,
      ),
    );
  },
  // the bits of -0 as a float, taken for an integer: the type's lowest number where there should be a 0
  "a negative zero (V3, X11)": (task, random) => {
    const { step, op, where } = somewhere(task, random);
    const from = random(1 << 16);
    return made(
      where,
      elements(step, op, ({ dtype, data }) => {
        const at = Array.from(data, (_, i) => (from + i) % data.length).find((i) => data[i] === 0);
        return (old, i) => (i === at ? DTYPE_RANGE[dtype][0] : old);
      }),
    );
  },
  "a truncated run": (task, random) => {
    const { steps } = task.compiled;
    const done = 1 + random(steps - 1);
    return { where: `after ${done}`, tamper: { value: missedStep(task, done, steps - 1) }, defender: answers };
  },
  "an output left out (W9)": (task, random) => {
    const step = random(task.compiled.steps);
    return made(`${step}`, (s, j, value, { record, inputs }) =>
      s === step && record.opcode === OP.CHAIN && phaseAt(task, s).stateOut.includes(j) ? inputs[0]! : value,
    );
  },
};

/** Whether two runs of a task claim different results. */
function differ(run: TracedRun, honest: TracedRun): boolean {
  const { steps } = honest.task.compiled;
  return run.state(steps) !== honest.state(steps) || run.runRoot !== honest.runRoot;
}

/** Draws faults of a kind until one changes the result; a program in which none does is not worth a dispute. */
export function drawFault(kind: string, honest: TracedRun, random: Random): { fault: Fault; run: TracedRun } {
  const { task, nonce } = honest;
  for (let tries = 0; tries < 100; tries++) {
    const drawn = FAULT_KINDS[kind]!(task, random);
    const run = new TracedRun(task, nonce, drawn.tamper);
    if (differ(run, honest)) return { fault: drawn, run };
  }
  throw new Error(`${kind}: none of 100 faults changes the result`);
}

/** Whether a program can have this kind of fault at all. */
export function fits(kind: string, { compiled }: Task): boolean {
  const listed = compiled.records.some(({ opcode }) => opcode === OP.CHAIN);
  // rows in order are the same whatever the nonce
  const loads = compiled.records.filter(({ opcode }) => opcode === OP.DATALOAD);
  const ordered = loads.every(({ attrs }) => attrs[1] === ORDER.SEQUENTIAL);
  return kind === "an output left out (W9)" ? listed : kind === "wrong data order (V13)" ? !ordered : true;
}
