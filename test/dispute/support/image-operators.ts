import type { Address } from "viem";
import { OP, OP_NAME } from "../../../exact/src/program/opcodes.ts";
import type { OpRecord } from "../../../exact/src/program/records.ts";
import { type Accuser, type Move, RandomAccuser } from "./players.ts";
import type { Task } from "./run.ts";
import type { Suit } from "./suit.ts";

const { RESHAPE, UNSTACK, IM2COL, KFLIP, POOLKEY, POOLMAX, UNPOOL } = OP;

/** The operators that only convolutional programs have, and how to know their records. */
export const IMAGE_OPERATORS: Record<string, (record: OpRecord) => boolean> = {
  ...Object.fromEntries(
    [RESHAPE, UNSTACK, IM2COL, KFLIP, POOLKEY, POOLMAX, UNPOOL].map((opcode) => [
      OP_NAME[opcode],
      (record: OpRecord) => record.opcode === opcode,
    ]),
  ),
  "MATMUL in parts": ({ opcode, attrs }) => opcode === OP.MATMUL && (attrs[2] ?? 0) > 1,
  "DATALOAD of moved images": ({ opcode, attrs }) => opcode === OP.DATALOAD && (attrs[2] ?? 0) > 0,
};

/** Picks this operator, of the run's last step if `atEnd`, and any child elsewhere. */
export class AccuserOf extends RandomAccuser {
  readonly #op: number;
  readonly #atEnd: boolean;
  #next?: (count: number) => number;

  constructor(op: number, suit: Suit, address: Address, random: (n: number) => number, atEnd = false) {
    super(suit, suit.honest, address, random);
    this.#op = op;
    this.#atEnd = atEnd;
  }

  override get last(): boolean {
    return this.#atEnd || super.last;
  }

  override pickStep(...args: Parameters<Accuser["pickStep"]>): Move {
    if (this.#atEnd) this.#next = (count) => count - 1;
    return super.pickStep(...args);
  }

  override pickOp(...args: Parameters<Accuser["pickOp"]>): Move {
    this.#next = () => this.#op;
    return super.pickOp(...args);
  }

  override select(count: number): number {
    const next = this.#next;
    this.#next = undefined;
    return next ? next(count) : super.select(count);
  }
}

/** How much to add to an element of a record: products are rounded later on, a small fault in one changes nothing. */
export function faultSize({ compiled }: Task, op: number): number {
  return compiled.records[op]!.outDtype === "int32" ? 2 ** 16 : 9;
}
