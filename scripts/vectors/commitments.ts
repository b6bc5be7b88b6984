import {
  commitment,
  concat,
  dataRoot,
  type Hex,
  moveOf,
  type OpRecord,
  recordLeaf,
  runRoot,
  sampleDigest,
  sampleIndex,
  stateHash,
  tensorRoot,
  tileLeaves,
  toHex,
} from "@assay/exact";
import { keccak256, type Hex as Word } from "viem";
import { type OperatorVector, operatorCase, tensorOf } from "./operators.ts";

type Tensor = OperatorVector["inputs"][number];

/** One case of docs/spec/vectors/commitments.json. */
export type CommitmentVector = { name: string; id: string } & (
  | { kind: "tensor"; tensor: Tensor; leaves: Hex[]; root: Hex }
  | { kind: "list"; previous: Hex; item: Hex; hash: Hex }
  | { kind: "state"; step: number; roots: Hex[]; hash: Hex }
  | { kind: "record"; op: Omit<OperatorVector, "result">; hash: Hex }
  | { kind: "run"; boundaries: Hex[]; root: Hex }
  | { kind: "result"; job: Hex; nonce: Hex; runRoot: Hex; finalState: Hex; hash: Hex }
  | { kind: "data"; constRoots: Hex[]; root: Hex }
  | { kind: "draw"; nonce: Hex; step: number; row: number; of: number; reach: number; hash: Hex; drawn: Drawn }
  | { kind: "reveal"; commitment: Hex; place: Hex; expect: Hex; pre: Hex; hash: Hex }
);

/** The row of the data set, and by how many pixels its image is moved. */
interface Drawn {
  index: number;
  dx: number;
  dy: number;
}

/** The case with the hashes that the packages compute. */
export function solveCommitment(vector: CommitmentVector): CommitmentVector {
  switch (vector.kind) {
    case "tensor": {
      const tensor = tensorOf(vector.tensor);
      return { ...vector, leaves: tileLeaves(tensor).map(toHex), root: tensorRoot(tensor) };
    }
    case "list":
      return { ...vector, hash: keccak256(join(["0x05", vector.previous, vector.item])) };
    case "state":
      return { ...vector, hash: stateHash(vector.step, vector.roots) };
    case "record":
      return { ...vector, hash: toHex(recordLeaf(recordOf(vector.op))) };
    case "run":
      return { ...vector, root: runRoot(vector.boundaries) };
    case "result":
      return { ...vector, hash: commitment(vector.job, vector.nonce, vector.runRoot, vector.finalState) };
    case "data":
      return { ...vector, root: dataRoot(vector.constRoots) };
    case "draw": {
      const { nonce, step, row, of, reach } = vector;
      const digest = sampleDigest(nonce, step, row);
      const { dx, dy } = moveOf(digest, reach);
      return { ...vector, hash: toHex(digest), drawn: { index: sampleIndex(nonce, step, row, of), dx, dy } };
    }
    case "reveal":
      return { ...vector, hash: keccak256(join(["0x0c", vector.commitment, vector.place, vector.expect, vector.pre])) };
  }
}

/** The record of a case, reading values 0, 1, … of its step. */
export function recordOf(op: Omit<OperatorVector, "result">): OpRecord {
  return operatorCase({ ...op, result: [] }).record;
}

function join(parts: readonly Hex[]): Word {
  return toHex(concat(parts.map((part) => Uint8Array.from(Buffer.from(part.slice(2), "hex"))))) as Word;
}
