import { type Address, concat, type Hex, hexToBytes, numberToHex, size, slice } from "viem";
import { toHex, word } from "../../../exact/src/commit/bytes.ts";
import { depth } from "../../../exact/src/commit/merkle.ts";
import { KIND, type OpRecord, recordLeaf } from "../../../exact/src/program/records.ts";
import { DTYPE_CODE } from "../../../exact/src/types.ts";
import { programHeadHash, programHeadOf, runHeadOf } from "../../../sdk/src/codec/game.ts";
import { decodePlace, type Game, LEVEL, type Place, positionOf } from "./place.ts";
import { boundaryTree, type TracedRun } from "./run.ts";
import type { Suit } from "./suit.ts";
import { occupied, strideOf, Tree } from "./tree.ts";

/** A move as the contract takes it. */
export type Move = readonly [functionName: string, args: readonly unknown[]];

/** What a provider answers with. Honest if its run is; everything may be overridden by a forger. */
export class Defender {
  readonly suit: Suit;
  readonly run: TracedRun;

  constructor(suit: Suit, run: TracedRun) {
    this.suit = suit;
    this.run = run;
  }

  /** Descendants one stride below the disputed node that hold leaves. */
  nodes(place: Place): Hex[] {
    const tree = this.tree(place);
    const stride = strideOf(place.height);
    const count = occupied(place.node, place.height, stride, place.leaves);
    return Array.from({ length: count }, (_, i) =>
      toHex(tree.node(place.height - stride, place.node * 2 ** stride + i)),
    );
  }

  tree(place: Place): Tree {
    if (place.level === LEVEL.Tree) return boundaryTree(this.boundaries());
    return this.run.tree(this.run.values[place.step]![place.op]!);
  }

  boundaries(): Hex[] {
    return this.run.boundaries;
  }

  /** State before a segment, and after each of its steps. */
  steps(segment: number): { start: Hex; states: Hex[] } {
    const start = segment * this.run.task.compiled.segmentLength;
    return { start: this.run.state(start), states: this.run.segment(segment) };
  }

  roots(step: number): Hex[] {
    return this.run.opRoots(step);
  }

  tile(place: Place): Hex {
    return this.run.tileData(this.run.values[place.step]![place.op]!, place.node);
  }

  /** Prefix sums that end at the claimed element; a false element needs a false step somewhere on the way. */
  sums(place: Place): bigint[] {
    const { row, col } = positionOf(place);
    const sums = this.run.prefixSums(place.step, place.op, row, col);
    const tensor = this.run.values[place.step]![place.op]!;
    const lie = BigInt(tensor.data[row * tensor.cols + col]!) - sums.at(-1)!;
    const from = this.lieAt(sums.length);
    return sums.map((sum, i) => (i < from ? sum : sum + lie));
  }

  /** In which of so many chunks a false element hides its difference. */
  lieAt(chunks: number): number {
    return chunks - 1;
  }

  /** The reveal that this place of a game asks for. */
  answer(game: Game): Move {
    const place = decodePlace(game.place);
    switch (place.level) {
      case LEVEL.Tree:
      case LEVEL.Tiles:
        return ["revealNodes", [game, this.nodes(place)]];
      case LEVEL.Segment: {
        const { start, states } = this.steps(place.step);
        const proof =
          place.step === 0
            ? []
            : boundaryTree(this.boundaries())
                .proof(place.step - 1)
                .map(toHex);
        return ["revealSteps", [game, runHead(this.suit), start, proof, states]];
      }
      case LEVEL.Ops:
        return ["revealOps", [game, programHead(this.suit), headersOf(this.run), this.roots(place.step)]];
      case LEVEL.Tile:
        return ["revealTile", [game, this.tile(place)]];
      case LEVEL.Prefix:
        return ["revealSums", [game, packSums(this.sums(place))]];
      default:
        throw new RangeError(`nothing to reveal at level ${place.level}`);
    }
  }
}

/** A challenger finds nothing to pick: the walk has lost the fault, which no rule may allow. */
export class NothingDiffers extends Error {
  constructor() {
    super("no difference to pick: the walk has lost the fault");
  }
}

/** A challenger that trusts its own run and follows the bot rule DSP-45. */
export class Accuser {
  readonly suit: Suit;
  readonly run: TracedRun;
  readonly address: Address;
  constructor(suit: Suit, run: TracedRun, address: Address) {
    this.suit = suit;
    this.run = run;
    this.address = address;
  }

  /** Which of `count` children to pick, given which differ: the first that does. */
  select(_count: number, differ: readonly number[]): number {
    const [first] = differ;
    if (first === undefined) throw new NothingDiffers();
    return first;
  }

  /** True: the run root is right, the final state is wrong. */
  get last(): boolean {
    return this.suit.record.runRoot === this.run.runRoot;
  }

  challenge(): Move {
    return ["challenge", [this.suit.record, this.suit.run, this.last]];
  }

  /** The move that answers what was revealed at the game's place. */
  answer(game: Game, revealed: Hex): Move {
    const place = decodePlace(game.place);
    switch (place.level) {
      case LEVEL.Tree:
      case LEVEL.Tiles:
        return this.pickNode(game, place, words(revealed));
      case LEVEL.Segment:
        return this.pickStep(game, place, words(revealed));
      case LEVEL.Ops:
        return this.pickOp(game, place, words(revealed));
      case LEVEL.Tile:
        return this.pickElement(game, place, revealed);
      case LEVEL.Prefix:
        return this.proveChunk(game, place, revealed);
      default:
        return this.prove(game, place);
    }
  }

  pickNode(game: Game, place: Place, nodes: Hex[]): Move {
    const stride = strideOf(place.height);
    const base = place.height - stride;
    const own = place.level === LEVEL.Tree ? this.run.runTree : this.run.tree(this.run.values[place.step]![place.op]!);
    const index = this.#choose(differences(nodes, (i) => toHex(own.node(base, place.node * 2 ** stride + i))));
    const tree = new Tree(nodes.map(word), stride, base);
    return ["pickNode", [game, index, nodes[index]!, tree.proof(index).map(toHex)]];
  }

  pickStep(game: Game, place: Place, [start, ...states]: Hex[]): Move {
    const own = this.run.segment(place.step);
    const index = this.#choose(differences(states, (i) => own[i]!));
    const tree = new Tree(states.map(word), depth(states.length));
    const opened = index === 0 ? [0] : [index - 1, index];
    const pick = {
      start: start!,
      program: programHeadHash(programHead(this.suit)),
      firstStep: BigInt(place.step * this.run.task.compiled.segmentLength),
      root: toHex(tree.root),
      index: BigInt(index),
      states: opened.map((i) => states[i]!),
      proof: opened.flatMap((i) => tree.proof(i).map(toHex)),
    };
    return ["pickStep", [game, pick]];
  }

  pickOp(game: Game, place: Place, roots: Hex[]): Move {
    const states = this.run.states[place.step]!.length;
    const own = this.run.opRoots(place.step);
    const index = this.#choose(differences(roots.slice(states), (i) => own[states + i]!));
    return [
      "pickOp",
      [game, opPick(this.suit, this.run, place.step, roots, index), abiRecord(this.run, place.step, index)],
    ];
  }

  pickElement(game: Game, place: Place, data: Hex): Move {
    const tensor = this.run.values[place.step]![place.op]!;
    const own = hexToBytes(this.run.tileData(tensor, place.node));
    const width = own.length / 256;
    const bytes = hexToBytes(data);
    const wrong = Array.from({ length: 256 }, (_, e) => e).filter((e) =>
      own.slice(e * width, (e + 1) * width).some((byte, i) => byte !== bytes[e * width + i]),
    );
    return elementPick(game, data, this.select(256, wrong));
  }

  proveChunk(game: Game, place: Place, data: Hex): Move {
    const { row, col } = positionOf(place);
    const own = this.run.prefixSums(place.step, place.op, row, col);
    const sums = own.map((_, i) => BigInt.asIntN(64, BigInt(slice(data, 8 * i, 8 * i + 8))));
    const index = this.#choose(differences(sums, (i) => own[i]!));
    return ["proveChunk", [game, data, BigInt(index), this.proof({ ...place, chunk: index + 1 })]];
  }

  #choose({ count, differ }: { count: number; differ: number[] }): number {
    return this.select(count, differ);
  }

  prove(game: Game, place: Place): Move {
    return ["prove", [game, this.proof(place)]];
  }

  /** What the judge is shown of a place. */
  proof(place: Place) {
    const { row, col } = positionOf(place);
    const record = this.run.phase(place.step).records[place.op]!;
    const list = place.rows === 0;
    return {
      op: abiRecord(this.run, place.step, place.op),
      nonce: this.run.nonce,
      roots: this.run.inputs(place.step, record).map((tensor) => this.run.root(tensor)),
      tiles: list ? [] : this.run.operandTiles(place.step, place.op, row, col, Math.max(0, place.chunk - 1)),
    };
  }
}

/** The pick of one element of a revealed tile. */
export function elementPick(game: Game, data: Hex, index: number): Move {
  const list = words(data);
  const at = Math.floor((index * size(data)) / 256 / 32);
  const tree = new Tree(list.map(word), depth(list.length));
  return ["pickElement", [game, BigInt(index), list[at]!, tree.proof(at).map(toHex)]];
}

/** What the segments of a suit's run are checked against. */
export function runHead({ record, spec }: Suit) {
  return runHeadOf({ ...record, spec });
}

export function programHead({ record, spec }: Suit) {
  return programHeadOf({ ...record, spec });
}

function differences<T>(found: readonly T[], own: (index: number) => T): { count: number; differ: number[] } {
  return { count: found.length, differ: found.map((_, i) => i).filter((i) => found[i] !== own(i)) };
}

/** A packed list of 32-byte words. */
export function words(data: Hex): Hex[] {
  return Array.from({ length: size(data) / 32 }, (_, i) => slice(data, 32 * i, 32 * i + 32));
}

export function packSums(sums: readonly bigint[]): Hex {
  return concat(sums.map((sum) => numberToHex(BigInt.asUintN(64, sum), { size: 8 })));
}

/** What a reveal shows, packed as its event carries it. */
export function revealedBy([name, args]: Move): Hex {
  switch (name) {
    case "revealNodes":
      return concat(args[1] as Hex[]);
    case "revealSteps":
      return concat([args[2] as Hex, ...(args[4] as Hex[])]);
    case "revealOps":
      return concat(args[3] as Hex[]);
    default:
      return args[1] as Hex;
  }
}

/** All phase headers without their tags, as `revealOps` takes them (ProgramHeaders.sol). */
export function headersOf({ task }: TracedRun): Hex {
  return concat(
    task.compiled.phases.flatMap(({ firstStep, records, stateOut, opsRoot }) => [
      numberToHex(firstStep, { size: 8 }),
      numberToHex(records.length, { size: 2 }),
      numberToHex(stateOut.length, { size: 2 }),
      opsRoot,
      ...stateOut.map((value) => numberToHex(value, { size: 2 })),
    ]),
  );
}

/** A record as the ABI has it. */
export function abiRecord(run: TracedRun, step: number, op: number) {
  return abiRecordOf(run.phase(step).records[op]!);
}

export function abiRecordOf(record: OpRecord) {
  const none = { kind: 0, idx: 0, dtype: 0, rows: 0, cols: 0 };
  const inputs = record.inputs.map((input) => ({ ...input, dtype: DTYPE_CODE[input.dtype] }));
  return {
    opcode: record.opcode,
    outDtype: DTYPE_CODE[record.outDtype],
    nIn: inputs.length,
    flags: record.flags,
    rows: record.rows,
    cols: record.cols,
    inputs: Array.from({ length: 4 }, (_, i) => inputs[i] ?? none),
    attrs: Array.from({ length: 8 }, (_, i) => BigInt(record.attrs[i] ?? 0)),
  };
}

/** Everything `pickOp` wants for operator `index`, given the roots that were revealed. */
export function opPick(suit: Suit, run: TracedRun, step: number, roots: readonly Hex[], index: number) {
  const { records, opsRoot } = run.phase(step);
  const states = run.states[step]!.length;
  const tree = new Tree(roots.map(word), depth(roots.length));
  const program = new Tree(records.map(recordLeaf), depth(records.length));
  const constRoots = run.consts.map((tensor) => run.root(tensor));
  const record = records[index]!;
  const at = (kind: number, idx: number): number => (kind === KIND.VALUE ? states + idx : idx);
  const listed = record.inputs.filter(({ kind }) => kind !== KIND.CONST);
  return {
    head: { nonce: suit.record.nonce, dataRoot: suit.spec.dataRoot, opsRoot },
    index: BigInt(index),
    states: BigInt(states),
    values: BigInt(records.length),
    root: toHex(tree.root),
    value: roots[states + index]!,
    valueProof: tree.proof(states + index).map(toHex),
    opProof: program.proof(index).map(toHex),
    inputs: record.inputs.map(({ kind, idx }) => (kind === KIND.CONST ? constRoots[idx]! : roots[at(kind, idx)]!)),
    inputProofs: listed.flatMap(({ kind, idx }) => tree.proof(at(kind, idx)).map(toHex)),
    constRoots: listed.length === record.inputs.length ? [] : constRoots,
  };
}

/** Picks any child, as if it differed. */
export class RandomAccuser extends Accuser {
  readonly #random: (n: number) => number;

  constructor(suit: Suit, run: Suit["honest"], address: Address, random: (n: number) => number) {
    super(suit, run, address);
    this.#random = random;
  }

  override get last(): boolean {
    return this.suit.task.compiled.segments === 1 || this.#random(2) === 0;
  }

  override select(count: number): number {
    return this.#random(count);
  }
}
