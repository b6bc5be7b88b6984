/** Opcode numbers of docs/spec/exact.md. Final: a referee contract dispatches on them. */
export const OP = {
  DATALOAD: 1,
  MATMUL: 2,
  ADD: 3,
  SUB: 4,
  MULC: 5,
  CLIP: 6,
  RELU: 7,
  MASKGT0: 8,
  EQ: 9,
  GT: 10,
  RHU: 11,
  EXPADD: 12,
  EXPNORM: 13,
  TILEMAX: 14,
  TILEMAXABS: 15,
  ROWMAX16: 16,
  ROWSUM16: 17,
  LUT: 18,
  INTDIV: 19,
  CHAIN: 20,
  RESHAPE: 21,
  UNSTACK: 22,
  IM2COL: 23,
  KFLIP: 24,
  POOLKEY: 25,
  POOLMAX: 26,
  UNPOOL: 27,
} as const;

export type Opcode = (typeof OP)[keyof typeof OP];

export const OP_NAME: Record<Opcode, string> = Object.fromEntries(
  Object.entries(OP).map(([name, code]) => [code, name]),
) as Record<Opcode, string>;

/** Number of inputs of each opcode (EXPADD takes one or two, RHU an optional shift scalar). */
export const OP_INPUTS: Record<Opcode, readonly [number, number]> = {
  1: [1, 1],
  2: [2, 2],
  3: [2, 2],
  4: [2, 2],
  5: [1, 1],
  6: [1, 1],
  7: [1, 1],
  8: [2, 2],
  9: [2, 2],
  10: [2, 2],
  11: [1, 2],
  12: [1, 2],
  13: [1, 1],
  14: [1, 1],
  15: [1, 1],
  16: [1, 1],
  17: [1, 1],
  18: [2, 2],
  19: [2, 2],
  20: [2, 2],
  21: [1, 1],
  22: [1, 1],
  23: [1, 1],
  24: [1, 1],
  25: [1, 1],
  26: [2, 2],
  27: [3, 3],
};

/** Bit of `flags`: an RHU record ends with CLIP(attr2, attr3). */
export const FLAG_CLIP = 1;

/** Row order of DATALOAD (attr1). */
export const ORDER = { SAMPLED: 0, SEQUENTIAL: 1 } as const;

/** Caps of DSP-06 and the bounds of X24. */
export const LIMIT = {
  states: 64,
  records: 128,
  inputs: 4,
  segmentLength: 64,
  side: 2 ** 24,
  tiles: 2 ** 26,
  contraction: 2048,
  steps: 2 ** 40,
  phases: 4,
  exact: 2 ** 24,
  operand: 2 ** 11,
  shift: 24,
} as const;
