import { type CompiledProgram, MerkleTree, type Tracer, tileLeaves } from "@assay/exact";
import {
  type DisputeRecord,
  elementPosition,
  GAME_LEVEL,
  type Game,
  type GamePlace,
  occupiedNodes,
  type ProviderMove,
  programHeadOf,
  revealStride,
  runHeadOf,
  unpackGamePlace,
  unpackJobSpec,
} from "@assay/sdk";
import { bytesToHex, concat, type Hex, hexToBytes, keccak256, numberToHex } from "viem";

/** The run behind a result, as a game asks about it. */
export interface OwnRun {
  tracer: Tracer;
  compiled: CompiledProgram;
  /** S_1 to S_{M-1}. */
  boundaries: readonly Hex[];
  record: DisputeRecord;
}

/**
 * What the provider must reveal at the place where a game stands.
 * @throws EX-060 at a place that the run does not have, EX-031 for a checkpoint that is not of this run
 */
export async function answerAt({ tracer, boundaries, record }: OwnRun, game: Game): Promise<ProviderMove> {
  const run = { spec: unpackJobSpec(record.spec), nonce: record.nonce, runRoot: record.runRoot };
  const place = unpackGamePlace(game.place);
  const { step, op } = place;
  switch (place.level) {
    case GAME_LEVEL.Tree:
      return { functionName: "revealNodes", args: [game, nodesOf(boundaryTree(boundaries), place)] };
    case GAME_LEVEL.Segment: {
      const { pre, proof, states } = await tracer.segmentSteps(step);
      return { functionName: "revealSteps", args: [game, runHeadOf(run), pre, proof, states] };
    }
    case GAME_LEVEL.Ops: {
      const { preRoots, values } = await tracer.stepOps(step);
      const headers = concat(tracer.recordProof(0, 0).headers);
      return { functionName: "revealOps", args: [game, programHeadOf(run), headers, [...preRoots, ...values]] };
    }
    case GAME_LEVEL.Tiles: {
      const tree = new MerkleTree(tileLeaves(await tracer.value(step, op)));
      return { functionName: "revealNodes", args: [game, nodesOf(tree, place)] };
    }
    case GAME_LEVEL.Tile:
      return { functionName: "revealTile", args: [game, await tracer.tile(step, op, place.node)] };
    default: {
      const { row, col } = elementPosition(place);
      return { functionName: "revealSums", args: [game, packSums(await tracer.prefix(step, op, row, col))] };
    }
  }
}

/** DSP-12: the tree over the inner boundaries. */
function boundaryTree(boundaries: readonly Hex[]): MerkleTree {
  return new MerkleTree(boundaries.map((state) => hexToBytes(keccak256(concat(["0x09", state])))));
}

function nodesOf(tree: MerkleTree, place: GamePlace): Hex[] {
  const stride = revealStride(place.height);
  const first = place.node * 2 ** stride;
  const count = occupiedNodes(place, stride);
  return Array.from({ length: count }, (_, i) => bytesToHex(tree.node(place.height - stride, first + i)));
}

/** DSP-52: int64 each, big-endian. */
function packSums(sums: readonly bigint[]): Hex {
  return concat(sums.map((sum) => numberToHex(BigInt.asUintN(64, sum), { size: 8 })));
}
