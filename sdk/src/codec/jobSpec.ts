import { concat, getAddress, type Hex, isAddress, keccak256, numberToHex, slice } from "viem";
import { type Field, outOfRange, packWord, requireBytes32, undecodable, unpackWord } from "../internal/layout.ts";
import type { JobSpec, SpecWords } from "./types.ts";

/** DSP-06 caps of a spec. */
export const specLimits = { states: 64, segmentLength: 64, steps: 2 ** 40, rulesVersion: 1 } as const;

const SHAPE = [
  { name: "steps", bits: 64, kind: "number" },
  { name: "segmentLength", bits: 16, kind: "number" },
  { name: "outIdx", bits: 16, kind: "number" },
  { name: "stateCount", bits: 16, kind: "number" },
  { name: "rulesVersion", bits: 16, kind: "number" },
  { name: "refSeconds", bits: 40, kind: "number" },
] as const satisfies Field<keyof JobSpec>[];

const HASHES = ["programHash", "dataRoot", "initState", "inputs"] as const;

/**
 * Packs a spec into its six words, the twin of the contracts' JobSpec library.
 * @throws AssayError SDK-001 naming the field that is outside its bits or DSP-06
 */
export function packJobSpec(spec: JobSpec): SpecWords {
  for (const name of HASHES) requireBytes32(`spec.${name}`, spec[name]);
  if (!isAddress(spec.judge, { strict: false })) throw outOfRange("spec.judge", spec.judge, "an address");
  checkShape(spec);
  return [
    spec.programHash,
    spec.dataRoot,
    spec.initState,
    numberToHex(packWord("spec", SHAPE, spec), { size: 32 }),
    spec.inputs,
    concat(["0x000000000000000000000000", spec.judge.toLowerCase() as Hex]),
  ];
}

/**
 * Reads a spec from its six words.
 * @throws AssayError SDK-002 when there are not six words of 32 bytes, or spare bits are set
 */
export function unpackJobSpec(words: readonly Hex[]): JobSpec {
  const [programHash, dataRoot, initState, shape, inputs, judge, ...rest] = words;
  if (!programHash || !dataRoot || !initState || !shape || !inputs || !judge || rest.length > 0) {
    throw undecodable("spec", `${words.length} words`, "6 words");
  }
  for (const [index, word] of words.entries()) requireBytes32(`spec word ${index}`, word);
  if (BigInt(judge) >> 160n !== 0n) throw undecodable("spec.judge", judge, "an address, zero-extended");
  return {
    programHash,
    dataRoot,
    initState,
    ...(unpackWord("spec", SHAPE, BigInt(shape)) as Record<(typeof SHAPE)[number]["name"], number>),
    inputs,
    judge: getAddress(slice(judge, 12)),
  };
}

/** keccak256 of the six words: what the terms bind as `specHash`. */
export function specHash(spec: JobSpec): Hex {
  return keccak256(concat([...packJobSpec(spec)]));
}

/** Whether the contract accepts these words: every field inside DSP-06, spare bits zero. Twin of `isWellFormed`. */
export function isWellFormedSpec(words: SpecWords): boolean {
  try {
    checkShape(unpackJobSpec(words));
    return true;
  } catch {
    return false;
  }
}

/** Whether the run has one segment (DSP-10); its run root is zero then (DSP-13). */
export function isSingleSegment(spec: Pick<JobSpec, "steps" | "segmentLength">): boolean {
  return spec.steps <= spec.segmentLength;
}

/** Number of segments, ceil(steps / segmentLength) (DSP-10). */
export function segmentCount(spec: Pick<JobSpec, "steps" | "segmentLength">): number {
  return Math.ceil(spec.steps / spec.segmentLength);
}

function checkShape(spec: JobSpec): void {
  const between = (
    name: "steps" | "segmentLength" | "stateCount" | "outIdx" | "rulesVersion",
    min: number,
    max: number,
  ) => {
    const value = spec[name];
    if (!Number.isSafeInteger(value) || value < min || value > max) {
      throw outOfRange(`spec.${name}`, value, min === max ? `${min}` : `a whole number from ${min} to ${max}`);
    }
  };
  between("steps", 1, specLimits.steps);
  between("segmentLength", 1, specLimits.segmentLength);
  between("stateCount", 1, specLimits.states);
  between("outIdx", 0, spec.stateCount - 1);
  between("rulesVersion", specLimits.rulesVersion, specLimits.rulesVersion);
}
