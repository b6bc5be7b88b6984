import { concat, type Hex, toHex } from "@assay/exact";
import { type Abi, encodeAbiParameters, toFunctionSelector } from "viem";
import type { CaseArgs } from "./questions.ts";

/*
 * `JudgeHarness.answers` by hand: every tile of a case is written once and all questions that read it point to it, which
 * keeps a batch of hundreds of questions short. A library encoder would write a tile once per question.
 */
const WORD = 32;

class Writer {
  private readonly parts: Uint8Array[] = [];
  /** Bytes written so far. */
  length = 0;

  bytes(data: Uint8Array): void {
    const padded = Math.ceil(data.length / WORD) * WORD;
    this.parts.push(data, new Uint8Array(padded - data.length));
    this.length += padded;
  }

  word(value: number): void {
    const out = new Uint8Array(WORD);
    new DataView(out.buffer).setBigUint64(24, BigInt(value));
    this.bytes(out);
  }

  /** A word whose value is set later: the distance from `base` to a place further on. */
  reserve(base: number): (target: number) => void {
    const out = new Uint8Array(WORD);
    this.bytes(out);
    return (target) => new DataView(out.buffer).setBigUint64(24, BigInt(target - base));
  }

  /** Length and offsets of a dynamic array; the returned functions say where the elements are. */
  array(length: number): ((target: number) => void)[] {
    this.word(length);
    const base = this.length;
    return Array.from({ length }, () => this.reserve(base));
  }

  done(): Uint8Array {
    return concat(this.parts);
  }
}

export function bytesOf(hex: Hex): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.slice(2), "hex"));
}

/** Calldata of `answers(cases, count)`. */
export function encodeAnswers(abi: Abi, cases: readonly CaseArgs[]): Hex {
  const item = abi.find((entry) => entry.type === "function" && entry.name === "answers")!;
  const selector = toFunctionSelector(item as Parameters<typeof toFunctionSelector>[0]);
  const count = cases.reduce((sum, { questions }) => sum + questions.length, 0);
  const writer = new Writer();
  writer.word(2 * WORD);
  writer.word(count);
  const places = writer.array(cases.length);
  cases.forEach((one, i) => {
    places[i]!(writer.length);
    encodeCase(writer, abi, one);
  });
  return `${selector}${toHex(writer.done()).slice(2)}`;
}

function encodeCase(writer: Writer, abi: Abi, one: CaseArgs): void {
  const base = writer.length;
  writer.bytes(bytesOf(encodeAbiParameters([recordType(abi)], [one.op])));
  const roots = writer.reserve(base);
  const questions = writer.reserve(base);
  roots(writer.length);
  writer.word(one.roots.length);
  for (const root of one.roots) writer.bytes(bytesOf(root));
  questions(writer.length);
  const places = writer.array(one.questions.length);
  const pointers: { tile: number; set: (target: number) => void }[] = [];
  one.questions.forEach((question, k) => {
    places[k]!(writer.length);
    const start = writer.length;
    writer.bytes(bytesOf(one.nonce));
    for (const value of [Number(one.step), question.row, question.col, question.chunk]) writer.word(value);
    writer.reserve(start)(writer.length);
    writer.array(question.tiles.length).forEach((set, j) => {
      pointers.push({ tile: question.tiles[j]!, set });
    });
  });
  const tiles = one.pool.map((tile) => {
    const at = writer.length;
    encodeTile(writer, bytesOf(tile.data), tile.proof.map(bytesOf));
    return at;
  });
  for (const { tile, set } of pointers) set(tiles[tile]!);
}

function encodeTile(writer: Writer, data: Uint8Array, proof: readonly Uint8Array[]): void {
  const base = writer.length;
  const dataPlace = writer.reserve(base);
  const proofPlace = writer.reserve(base);
  dataPlace(writer.length);
  writer.word(data.length);
  writer.bytes(data);
  proofPlace(writer.length);
  writer.word(proof.length);
  for (const node of proof) writer.bytes(node);
}

/** The ABI type of OpRecord, as `expectedElement` takes it. */
function recordType(abi: Abi) {
  const item = abi.find((entry) => entry.type === "function" && entry.name === "expectedElement")!;
  return (item as { inputs: readonly { type: string; name: string }[] }).inputs[0]!;
}
