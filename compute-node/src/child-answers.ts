import { z } from "zod";
import { nodeError } from "./errors.ts";
import type { RunResult } from "./state.ts";
import type { AnswerOutcome, MeasureOutcome, PrepareOutcome, ProbeOutcome, Task, TaskMessage } from "./tasks.ts";

// What children may say. A child reads what strangers wrote, and may have been taken over by it: its words are checked
// for their shape here, and never trusted for what they claim.

const hash = z.templateLiteral(["0x", z.string().regex(/^[0-9a-f]{64}$/)]);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().min(0);
/** A loss may be infinite; nothing else may. */
const real = z.union([z.number(), z.literal(Number.POSITIVE_INFINITY), z.nan()]);

/** A run's result, as its file and its child have it. */
export const runResult: z.ZodType<RunResult> = z.strictObject({
  runRoot: hash,
  finalRoots: z.array(hash).max(256),
  finalState: hash,
  outputHash: digest,
  outputBytes: count,
  // JSON has no NaN, and a run that resumed at its end has no loss.
  loss: z.preprocess((value) => (value === null ? Number.NaN : value), real),
});

const engine = z.enum(["tfjs-node-gpu", "webgpu", "tfjs-node", "wasm", "cpu"]);
const reveals = ["revealNodes", "revealSteps", "revealOps", "revealTile", "revealSums"];
const move = z.strictObject({ functionName: z.enum(reveals), args: z.array(z.unknown()).min(2).max(8) });

const outcomes = {
  measure: z.strictObject({ secondsPerGmac: z.number().positive(), startSeconds: z.number().min(0) }),
  probe: z.strictObject({
    engine,
    adapter: z.string().max(200).optional(),
    fingerprint: digest.optional(),
    digest: hash,
    seconds: z.number(),
  }),
  prepare: z.strictObject({
    kind: z.enum(["train", "infer"]),
    macs: z.number().min(0),
    memoryMb: count,
    diskMb: count,
    readSeconds: z.number().min(0),
    fetched: z.boolean(),
  }),
  run: runResult,
  // The contract judges what a move says; its shape is the client's to check when it encodes it.
  answer: z.strictObject({ moves: z.array(move).max(1024) }),
};

const message = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("fetching"),
    what: z.enum(["manifest", "dataset", "init"]),
    bytesDone: count,
    bytesTotal: count.optional(),
  }),
  z.strictObject({ kind: z.literal("checking"), bytesDone: count, bytesTotal: count }),
  z.strictObject({
    kind: z.literal("started"),
    step: count,
    steps: count,
    torn: z.array(z.string().max(1000)).max(1000),
  }),
  z.strictObject({
    kind: z.literal("progress"),
    step: count,
    steps: count,
    loss: real,
    accuracy: real.optional(),
    etaSeconds: real,
    saturation: z.strictObject({ clippedWeights: real, zeroedGradients: real }).optional(),
  }),
  z.strictObject({ kind: z.literal("checkpoint"), step: count }),
]);

export type Outcomes = {
  probe: ProbeOutcome;
  measure: MeasureOutcome;
  prepare: PrepareOutcome;
  run: RunResult;
  answer: AnswerOutcome;
};

/** The outcome of a task. @throws CN-033 when it has not the shape that the task's outcome has */
export function readOutcome<T extends Task>(task: T, said: unknown): Outcomes[T["task"]] {
  const found = outcomes[task.task].safeParse(said);
  if (found.success) return found.data as Outcomes[T["task"]];
  throw lied(`an outcome of ${task.task}`, found.error);
}

/** A message of a task. @throws CN-033 */
export function readMessage(said: unknown): TaskMessage {
  const found = message.safeParse(said);
  if (found.success) return said as TaskMessage;
  throw lied("a message of a run", found.error);
}

function lied(wanted: string, { issues: [issue] }: z.ZodError): Error {
  return nodeError("CN-033", {
    found: `${issue?.path.join(".") || "the whole"}: ${issue?.message}`,
    wanted,
    hint: "the job is hostile, or this version is broken: see the run's log, and report it",
  });
}
