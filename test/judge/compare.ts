import { OP, OP_NAME, type OpRecord } from "@assay/exact";
import type { Court } from "./court.ts";
import { CaseBuilder } from "./questions.ts";
import { Random } from "./random.ts";
import { sample } from "./samples.ts";

/** Questions in one call. The chain simulator slows down faster than in proportion when a request grows. */
const BATCH = 100;
/** Questions about one random record. */
const PER_RECORD = 24;

export interface Comparison {
  cases: number;
  padding: number;
  perOpcode: Record<string, number>;
  /** The first few questions on which judge and reference differ, as text. */
  differences: string[];
}

/** Collects questions, asks them in batches and keeps count. */
export class Comparer {
  readonly result: Comparison = { cases: 0, padding: 0, perOpcode: {}, differences: [] };
  private readonly court: Court;
  private waiting: CaseBuilder[] = [];
  private count = 0;

  constructor(court: Court) {
    this.court = court;
  }

  async add(builder: CaseBuilder): Promise<void> {
    this.waiting.push(builder);
    this.count += builder.expected.length;
    if (this.count >= BATCH) await this.flush();
  }

  async flush(): Promise<void> {
    const builders = this.waiting;
    this.waiting = [];
    this.count = 0;
    const answers = await this.court.answers(builders.map((builder) => builder.args));
    let from = 0;
    for (const builder of builders) {
      const to = from + builder.expected.length;
      this.judge(builder, answers.slice(from, to));
      from = to;
    }
  }

  private judge(builder: CaseBuilder, answers: readonly bigint[]): void {
    const { record } = builder.sample;
    const name = OP_NAME[record.opcode];
    builder.expected.forEach((expected, i) => {
      const question = builder.args.questions[i]!;
      this.result.cases++;
      this.result.perOpcode[name] = (this.result.perOpcode[name] ?? 0) + 1;
      if (question.row >= record.rows || question.col >= record.cols) this.result.padding++;
      if (answers[i] === expected) return;
      if (this.result.differences.length < 5) {
        this.result.differences.push(
          `${name} ${JSON.stringify({ ...record, question })}: judge ${answers[i]}, reference ${expected}`,
        );
      }
    });
  }
}

/** The opcodes whose results have elements. */
export const OPCODES = Object.values(OP).filter((opcode) => opcode !== OP.CHAIN);

/** Asks about random records of every opcode in turn until `cases` questions have been compared. */
export async function compareRandom(court: Court, seed: number, cases: number): Promise<Comparison> {
  const random = new Random(seed);
  const comparer = new Comparer(court);
  const asked = new Map<OpRecord["opcode"], number>(OPCODES.map((opcode) => [opcode, 0]));
  const share = Math.ceil(cases / OPCODES.length);
  for (let left = OPCODES.slice(); left.length > 0; left = left.filter((opcode) => asked.get(opcode)! < share)) {
    for (const opcode of left) {
      const builder = new CaseBuilder(sample(random, opcode));
      askSome(random, builder);
      asked.set(opcode, asked.get(opcode)! + builder.expected.length);
      await comparer.add(builder);
    }
  }
  await comparer.flush();
  return comparer.result;
}

/** Corners, a few elements inside, a few of the padding of the last tiles. */
function askSome(random: Random, builder: CaseBuilder): void {
  const { rows, cols } = builder.sample.record;
  const inside = Math.min(PER_RECORD, rows * cols);
  builder.ask(0, 0);
  builder.ask(rows - 1, cols - 1);
  for (let i = 2; i < inside; i++) builder.ask(random.int(0, rows - 1), random.int(0, cols - 1));
  const [bottom, right] = [Math.ceil(rows / 16) * 16, Math.ceil(cols / 16) * 16];
  if (bottom > rows) builder.ask(random.int(rows, bottom - 1), random.int(0, right - 1));
  if (right > cols) builder.ask(random.int(0, bottom - 1), random.int(cols, right - 1));
}
