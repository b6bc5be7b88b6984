import {
  type CompiledProgram,
  MerkleTree,
  type OpRecord,
  phaseOf,
  recordLeaf,
  type Tracer,
  tileLeaves,
} from "@assay/exact";
import {
  elementPosition,
  GAME_LEVEL,
  type GamePlace,
  isInsideOutput,
  occupiedNodes,
  programHeadHash,
  revealStride,
} from "@assay/sdk";
import { bytesToHex, concat, type Hex, hexToBytes, keccak256 } from "viem";

/** A record as the contract's ABI has it. */
export interface AbiRecord {
  opcode: number;
  outDtype: number;
  nIn: number;
  flags: number;
  rows: number;
  cols: number;
  inputs: { kind: number; idx: number; dtype: number; rows: number; cols: number }[];
  attrs: bigint[];
}

/** What decides the pick of an operator: my roots of the step's states and values, and the program. */
export interface OpsView {
  level: "ops";
  nonce: Hex;
  dataRoot: Hex;
  opsRoot: Hex;
  /** How many of `roots` belong to the state before the step. */
  states: number;
  roots: Hex[];
  records: AbiRecord[];
  /** DSP-07 leaves of the records. */
  leaves: Hex[];
  constRoots: Hex[];
}

/** What the judge is shown. */
export interface ProofView {
  level: "proof";
  op: AbiRecord;
  nonce: Hex;
  roots: Hex[];
  tiles: { data: Hex; proof: Hex[] }[];
}

/** What my own run says at a place of the game. */
export type View =
  | { level: "nodes"; nodes: Hex[] }
  | { level: "segment"; firstStep: number; program: Hex; start: Hex; states: Hex[] }
  | OpsView
  | { level: "tile"; data: Hex }
  | { level: "prefix"; sums: bigint[] }
  | ProofView;

/** My run, as the game asks about it. */
export interface MyRun {
  tracer: Tracer;
  compiled: CompiledProgram;
  /** S_1 to S_{M-1}. */
  boundaries: readonly Hex[];
  nonce: Hex;
  dataRoot: Hex;
}

/** What my run says at `place`. @throws EX-060 at a place that the run does not have, EX-031 for a damaged checkpoint */
export async function viewOf(run: MyRun, place: GamePlace): Promise<View> {
  const { tracer, compiled } = run;
  switch (place.level) {
    case GAME_LEVEL.Tree:
      return { level: "nodes", nodes: nodesOf(boundaryTree(run.boundaries), place) };
    case GAME_LEVEL.Segment: {
      const { pre, states } = await tracer.segmentSteps(place.step);
      const { nonce, dataRoot } = run;
      const { programHash, states: tensors } = compiled;
      const program = programHeadHash({ programHash, dataRoot, nonce, states: BigInt(tensors.length) });
      const firstStep = place.step * compiled.segmentLength;
      return { level: "segment", firstStep, program, start: pre, states };
    }
    case GAME_LEVEL.Ops:
      return opsView(run, place.step);
    case GAME_LEVEL.Tiles: {
      const tensor = await tracer.value(place.step, place.op);
      return { level: "nodes", nodes: nodesOf(new MerkleTree(tileLeaves(tensor)), place) };
    }
    case GAME_LEVEL.Tile:
      return { level: "tile", data: await tracer.tile(place.step, place.op, place.node) };
    case GAME_LEVEL.Prefix: {
      const { row, col } = elementPosition(place);
      return { level: "prefix", sums: await tracer.prefix(place.step, place.op, row, col) };
    }
    default:
      return proofView(run, place);
  }
}

async function opsView({ tracer, compiled, nonce, dataRoot }: MyRun, step: number): Promise<OpsView> {
  const { preRoots, values } = await tracer.stepOps(step);
  const { records, opsRoot } = compiled.phases[phaseOf(compiled.phases, step)]!;
  return {
    level: "ops",
    nonce,
    dataRoot,
    opsRoot,
    states: preRoots.length,
    roots: [...preRoots, ...values],
    records: records.map(abiRecord),
    leaves: records.map((record) => bytesToHex(recordLeaf(record))),
    constRoots: await tracer.constRoots(),
  };
}

async function proofView({ tracer, compiled, nonce }: MyRun, place: GamePlace): Promise<ProofView> {
  const { step, op, chunk } = place;
  const record = compiled.phases[phaseOf(compiled.phases, step)]!.records[op]!;
  const { row, col } = elementPosition(place);
  const isList = place.rows === 0;
  // Padding is judged without operands, so only the roots are asked for: element (0, 0) stands in.
  const [r, c] = isList || !isInsideOutput(place) ? [0, 0] : [row, col];
  const { inputRoots, tiles } = await tracer.proveInputs(
    step,
    op,
    r,
    c,
    place.chunks === 0 ? undefined : Math.max(0, chunk - 1),
  );
  const shown = isList || !isInsideOutput(place) ? [] : tiles;
  return { level: "proof", op: abiRecord(record), nonce, roots: inputRoots, tiles: shown };
}

/** DSP-12: the tree over the inner boundaries. */
function boundaryTree(boundaries: readonly Hex[]): MerkleTree {
  return new MerkleTree(boundaries.map((state) => hexToBytes(keccak256(concat(["0x09", state])))));
}

function nodesOf(tree: MerkleTree, place: GamePlace): Hex[] {
  const { node, height } = place;
  const stride = revealStride(height);
  const count = occupiedNodes(place, stride);
  return Array.from({ length: count }, (_, i) => bytesToHex(tree.node(height - stride, node * 2 ** stride + i)));
}

const DTYPE_CODE = { int8: 1, int16: 2, int32: 3 } as const;
const NO_INPUT = { kind: 0, idx: 0, dtype: 0, rows: 0, cols: 0 };

/** A record in the shape of the contract's struct: four inputs, eight attributes. */
export function abiRecord({ opcode, outDtype, flags, rows, cols, inputs, attrs }: OpRecord): AbiRecord {
  const read = inputs.map(({ kind, idx, dtype, rows, cols }) => ({ kind, idx, dtype: DTYPE_CODE[dtype], rows, cols }));
  return {
    opcode,
    outDtype: DTYPE_CODE[outDtype],
    nIn: inputs.length,
    flags,
    rows,
    cols,
    inputs: Array.from({ length: 4 }, (_, i) => read[i] ?? NO_INPUT),
    attrs: Array.from({ length: 8 }, (_, i) => BigInt(attrs[i] ?? 0)),
  };
}
