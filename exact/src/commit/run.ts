import { ExactError } from "../errors.ts";
import type { Hex } from "../types.ts";
import { concat, toHex, uint, word } from "./bytes.ts";
import { keccak } from "./keccak.ts";
import { merkleRoot } from "./merkle.ts";

const tag = (byte: number): Uint8Array => new Uint8Array([byte]);

/** DSP-05: hash of the state after `step` completed steps, given the roots of its tensors in program order. */
export function stateHash(step: number, roots: readonly Hex[]): Hex {
  return toHex(keccak(tag(0x03), uint(step, 8), uint(roots.length, 2), concat(roots.map(word))));
}

/** DSP-12: root over the inner boundaries S_1..S_{M-1}; 32 zero bytes if there is only one segment. */
export function runRoot(boundaries: readonly Hex[]): Hex {
  return toHex(merkleRoot(boundaries.map((state) => keccak(tag(0x09), word(state)))));
}

/** DSP-13: what a provider submits for a job. */
export function commitment(job: Hex, nonce: Hex, root: Hex, finalState: Hex): Hex {
  return toHex(keccak(tag(0x0b), word(job), word(nonce), word(root), word(finalState)));
}

/** `H(0x0f || constRoots)`: one word for all constant tensors of a job, in program order. */
export function dataRoot(constRoots: readonly Hex[]): Hex {
  return toHex(keccak(tag(0x0f), concat(constRoots.map(word))));
}

/** DSP-10: number of segments. */
export function segmentCount(steps: number, segmentLength: number): number {
  return Math.ceil(steps / segmentLength);
}

/** Rows of one batch and the draws they came from (`moveOf` reads these). */
export interface Draw {
  rows: Uint32Array;
  digests: Uint8Array[];
}

/** Draws the rows of a batch: `draw(step).rows[b]` is DSP-11's row of the data set for batch row b. */
export class Sampler {
  private readonly preimage: Uint8Array;
  private readonly view: DataView;
  private readonly rows: number;
  private readonly batch: number;
  /** 2^(240 - 16 i) mod rows: the value of 16-bit limb i of a digest. */
  private readonly limbs: readonly number[];

  constructor(nonce: Hex, rows: number, batch: number) {
    if (!(rows > 0 && rows <= 2 ** 24)) {
      throw new ExactError("EX-004", { path: "rows", found: rows, wanted: "1..2^24", hint: "Split the data set." });
    }
    this.preimage = concat([tag(0x08), word(nonce), new Uint8Array(12)]);
    this.view = new DataView(this.preimage.buffer);
    this.rows = rows;
    this.batch = batch;
    this.limbs = Array.from({ length: 16 }, (_, i) => Number(2n ** BigInt(240 - 16 * i) % BigInt(rows)));
  }

  draw(step: number): Draw {
    const rows = new Uint32Array(this.batch);
    const digests: Uint8Array[] = [];
    this.view.setBigUint64(33, BigInt(step));
    for (let b = 0; b < this.batch; b++) {
      this.view.setUint32(41, b);
      const digest = keccak(this.preimage);
      // Sixteen products below 2^40: exact in a double, and one division instead of sixteen.
      let sum = 0;
      for (let i = 0; i < 16; i++) sum += (digest[2 * i]! * 256 + digest[2 * i + 1]!) * this.limbs[i]!;
      rows[b] = sum % this.rows;
      digests.push(digest);
    }
    return { rows, digests };
  }
}

/** DSP-11: the draw of batch row `b` of step `step`, 32 bytes. */
export function sampleDigest(nonce: Hex, step: number, b: number): Uint8Array {
  return keccak(tag(0x08), word(nonce), uint(step, 8), uint(b, 4));
}

/** DSP-11: row of the data set that batch row `b` of step `step` loads, of `rows` rows. */
export function sampleIndex(nonce: Hex, step: number, b: number, rows: number): number {
  return Number(BigInt(toHex(sampleDigest(nonce, step, b))) % BigInt(rows));
}
