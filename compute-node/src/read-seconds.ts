import { randomInt } from "node:crypto";
import type { CompiledProgram, RowSource } from "@assay/exact/inputs";
import { CACHE_BYTES } from "./cost.ts";

/** Rows that are drawn to see how long it takes: about as many blocks. */
const DRAWN = 256;
/** Bytes that are read in order to see the same. */
const IN_ORDER_BYTES = 32 * 2 ** 20;

/**
 * Seconds that a whole run waits for rows of a data set that does not fit into its cache, reckoned from some that are read here
 * and now in the order in which the program wants them: at random to train, one after the other to infer. A requester may pair a
 * small network with a large data set, whose rows then take many times as long as the steps do. 0 where all fits: what little that
 * takes is a part of every measured step.
 * @param clock milliseconds
 */
export async function readSeconds(
  { program, steps }: Pick<CompiledProgram, "steps"> & { program: { kind: "train" | "infer"; batchSize: number } },
  dataset: RowSource,
  clock: () => number = () => performance.now(),
): Promise<number> {
  const { rows, cols } = dataset;
  const { kind, batchSize } = program;
  if (rows * cols <= CACHE_BYTES) return 0;
  const count = kind === "train" ? DRAWN : Math.min(rows, Math.ceil(IN_ORDER_BYTES / cols));
  const began = clock();
  for (let done = 0; done < count; done += batchSize) {
    const batch = Array.from({ length: Math.min(batchSize, count - done) }, (_, i) =>
      kind === "train" ? randomInt(rows) : done + i,
    );
    await dataset.read(batch);
  }
  return ((clock() - began) / 1000 / count) * batchSize * steps;
}
