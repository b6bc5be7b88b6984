import { concat, toHex, uint } from "../commit/bytes.ts";
import { keccak } from "../commit/keccak.ts";
import { merkleRoot } from "../commit/merkle.ts";
import type { DType, Hex, TensorSpec } from "../types.ts";
import { DTYPE_CODE } from "../types.ts";
import type { Opcode } from "./opcodes.ts";

export const KIND = { VALUE: 0, STATE: 1, CONST: 2 } as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/** Where a record reads from: an earlier value, a state tensor before the step, or a constant of the job. */
export interface Operand {
  kind: Kind;
  idx: number;
  dtype: DType;
  rows: number;
  cols: number;
}

/** One operator of a step (DSP-07). `attrs` holds up to eight int64; `note` is for people and is not hashed. */
export interface OpRecord {
  opcode: Opcode;
  outDtype: DType;
  flags: number;
  rows: number;
  cols: number;
  inputs: readonly Operand[];
  attrs: readonly number[];
  note: string;
}

/** External tensors a record may read; their full type range is assumed unless the content is fixed by the program. */
export interface Externals {
  states: readonly TensorSpec[];
  consts: readonly (TensorSpec & { fixed: boolean })[];
}

/** Marks a state tensor that a phase leaves as it is (DSP-08). */
export const UNCHANGED = 0xffff;

/** A run of steps that use the same records (DSP-08). */
export interface Phase {
  firstStep: number;
  records: readonly OpRecord[];
  /** For each state tensor, the index of the value that replaces it, or `UNCHANGED`. */
  stateOut: readonly number[];
  opsRoot: Hex;
  header: Hex;
}

const INPUTS = 4;
const ATTRS = 8;

function signedWord(value: number): Uint8Array {
  return uint256(BigInt.asUintN(256, BigInt(value)));
}

function uint256(value: bigint): Uint8Array {
  const out = new Uint8Array(32);
  for (let i = 31, rest = value; i >= 0 && rest > 0n; i--, rest >>= 8n) out[i] = Number(rest & 0xffn);
  return out;
}

/** `abi.encode` of the record's struct: 34 static words, 1,088 bytes. */
export function encodeRecord(record: OpRecord): Uint8Array {
  const words = [
    record.opcode,
    DTYPE_CODE[record.outDtype],
    record.inputs.length,
    record.flags,
    record.rows,
    record.cols,
  ].map((value) => uint(value, 32));
  for (let i = 0; i < INPUTS; i++) {
    const input = record.inputs[i];
    const fields = input ? [input.kind, input.idx, DTYPE_CODE[input.dtype], input.rows, input.cols] : [0, 0, 0, 0, 0];
    words.push(...fields.map((value) => uint(value, 32)));
  }
  for (let i = 0; i < ATTRS; i++) words.push(signedWord(record.attrs[i] ?? 0));
  return concat(words);
}

/** DSP-07: `H(0x04 || abi.encode(op))`. */
export function recordLeaf(record: OpRecord): Uint8Array {
  return keccak(new Uint8Array([0x04]), encodeRecord(record));
}

/** Hashes records and header of a phase (DSP-07, DSP-08). */
export function sealPhase(firstStep: number, records: readonly OpRecord[], stateOut: readonly number[]): Phase {
  const opsRoot = merkleRoot(records.map(recordLeaf));
  const header = keccak(
    new Uint8Array([0x06]),
    uint(firstStep, 8),
    uint(records.length, 2),
    uint(stateOut.length, 2),
    opsRoot,
    concat(stateOut.map((value) => uint(value, 2))),
  );
  return { firstStep, records, stateOut, opsRoot: toHex(opsRoot), header: toHex(header) };
}

/** DSP-08: `H(0x07 || phase headers)`. */
export function hashPhases(phases: readonly Phase[]): Hex {
  const headers = phases.map((phase) => BigInt(phase.header)).map(uint256);
  return toHex(keccak(new Uint8Array([0x07]), concat(headers)));
}

/** Index of the phase that step `step` runs under: the last one with `firstStep <= step`. */
export function phaseOf(phases: readonly Pick<Phase, "firstStep">[], step: number): number {
  let at = 0;
  while (at + 1 < phases.length && phases[at + 1]!.firstStep <= step) at++;
  return at;
}
