import { type CompiledProgram, mostFileBytes } from "@assay/exact/inputs";
import { checkpointBytes } from "./checkpoint.ts";
import type { PrepareOutcome } from "./tasks.ts";

/** Most bytes of a data set's blocks that a child holds. */
export const CACHE_BYTES = 128 * 2 ** 20;

/**
 * What a run will cost, of its program alone. Memory, of what was measured: the process with the leanest engine, the blocks of
 * the data set that are held and under way, a batch of it, and the state with its quantised copies, gradients, hashes and
 * encodings. Disk: the checkpoints, and the output.
 */
export function costOf(compiled: CompiledProgram): Omit<PrepareOutcome, "fetched" | "readSeconds"> {
  const { macsPerStep } = compiled.estimate;
  const elements = (list: CompiledProgram["states"]) => list.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
  const [dataset] = compiled.consts;
  const blocks = Math.min(elements([dataset!]), CACHE_BYTES);
  const batch = BATCH_COPIES * compiled.program.batchSize * dataset!.cols;
  const bytes = BLOCK_COPIES * blocks + batch + STATE_COPIES * 4 * elements(compiled.states);
  const state = mostFileBytes(compiled.states); // every later state has the same shapes and types
  return {
    kind: compiled.program.kind,
    macs: macsPerStep * compiled.steps,
    memoryMb: Math.ceil(PROCESS_MB + bytes / 2 ** 20),
    diskMb: Math.ceil((checkpointBytes(compiled.segments, state) + state) / 2 ** 20),
  };
}

const PROCESS_MB = 200;
/** Of one byte an element: what is held, and what was let go of and not yet collected. */
const BLOCK_COPIES = 2;
/** Of one byte an element: the rows as read, and as floats on both sides. */
const BATCH_COPIES = 16;
/** Of four bytes an element. */
const STATE_COPIES = 16;
