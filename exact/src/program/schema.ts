import { z } from "zod";
import { ExactError } from "../errors.ts";
import { LIMIT } from "./opcodes.ts";

const powerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value));
const ascending = (values: readonly number[]): boolean => values.every((v, i) => i === 0 || v > values[i - 1]!);

const denseLayer = z
  .object({
    type: z.literal("dense"),
    units: z.int().min(1).max(65536),
    activation: z.enum(["relu", "softmax"]),
    /** Quantised weights lie in +-(2^weightBits - 1). */
    weightBits: z.int().min(2).max(11),
    /** A quantised weight w stands for w * 2^-weightExponent. */
    weightExponent: z.int().min(0).max(24),
    /** ReLU outputs lie in 0..2^activationBits - 1. Not used by the last layer. */
    activationBits: z.int().min(1).max(11).default(7),
    /** Gradients at this layer's output lie in +-(2^gradientBits - 1). Left out: the widest that is safe. */
    gradientBits: z.int().min(2).max(11).optional(),
  })
  .strict();

const programSchema = z
  .object({
    format: z.literal("assay-program"),
    version: z.literal(1),
    kind: z.enum(["train", "infer"]),
    name: z.string().max(120).default(""),
    input: z
      .object({
        features: z.int().min(1).max(LIMIT.contraction),
        /** Features lie in 0..2^bits - 1 and stand for value * 2^-bits. */
        bits: z.int().min(1).max(7),
        /** Rows of the data set. */
        rows: z.int().min(1).max(LIMIT.side),
      })
      .strict(),
    layers: z.array(denseLayer).min(1).max(8),
    loss: z.literal("softmax-cross-entropy"),
    optimizer: z
      .object({
        type: z.literal("sgd"),
        /** Learning rate on the mean gradient is 2^rateExponent. */
        rateExponent: z.int().min(-20).max(2),
        /** Per cent of the steps after which the rate halves, ascending. */
        halveAtPercent: z
          .array(z.int().min(1).max(99))
          .max(LIMIT.phases - 1)
          .refine(ascending, "must be ascending"),
      })
      .strict()
      .default({ type: "sgd", rateExponent: -4, halveAtPercent: [] }),
    batchSize: z.int().min(1).max(2048).refine(powerOfTwo, "must be a power of two"),
    steps: z.int().min(1).max(LIMIT.steps),
    segmentLength: z.int().min(1).max(LIMIT.segmentLength).default(LIMIT.segmentLength),
  })
  .strict()
  .superRefine((program, context) => {
    program.layers.forEach((layer, index) => {
      const wanted = index === program.layers.length - 1 ? "softmax" : "relu";
      if (layer.activation !== wanted) {
        context.addIssue({
          code: "custom",
          path: ["layers", index, "activation"],
          message: `must be "${wanted}" here`,
        });
      }
    });
  });

/** A checked program: every field present, defaults filled in. */
export type Program = z.infer<typeof programSchema>;
export type DenseLayer = Program["layers"][number];

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let at: unknown = json;
  for (const key of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}

/**
 * Reads a program from parsed JSON (docs/spec/exact.md has the format).
 * Throws ExactError EX-001 with the path of the first wrong field, what was found there and what was wanted.
 */
export function parseProgram(json: unknown): Program {
  const result = programSchema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const unknownKeys = issue.code === "unrecognized_keys" ? issue.keys : [];
  const path = [...issue.path, ...unknownKeys.slice(0, 1)];
  throw new ExactError("EX-001", {
    path: path.length > 0 ? path.join(".") : "program",
    found: valueAt(json, path) ?? null,
    wanted: unknownKeys.length > 0 ? "no such field" : issue.message,
    hint: "Correct this field of the program; docs/spec/exact.md describes all of them.",
  });
}
