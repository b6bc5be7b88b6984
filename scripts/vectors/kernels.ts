import type { IntTensor, OpRecord } from "@assay/exact";
import * as tf from "@tensorflow/tfjs-core";
import type { OperatorVector } from "./operators.ts";

type Kernel = (inputs: tf.Tensor2D[], record: OpRecord) => tf.Tensor;

const EXACT = 2 ** 24;

function maps(x: tf.Tensor2D, [height, width]: readonly number[]): tf.Tensor4D {
  const [rows, channels] = x.shape;
  return tf.reshape(x, [rows / (height! * width!), height!, width!, channels]);
}

function product([x, y]: tf.Tensor2D[], { attrs, rows, cols }: OpRecord): tf.Tensor {
  const [ta, tb, parts = 0] = attrs;
  const a = ta === 1 ? tf.transpose(x!) : x!;
  const b = tb === 1 ? tf.transpose(y!) : y!;
  const count = Math.max(1, parts);
  const height = b.shape[0]! / count;
  const sums = Array.from({ length: count }, (_, p) =>
    tf.matMul(tf.slice(a, [0, p * height], [-1, height]), tf.slice(b, [p * height, 0], [height, -1])),
  );
  return tf.reshape(tf.concat(sums, 0), [rows, cols]);
}

/** IM2COL as a convolution with one filter for each element of a patch. */
function patches([x]: tf.Tensor2D[], { attrs, cols }: OpRecord): tf.Tensor {
  const kernel = attrs[2]!;
  const filters = tf.reshape(tf.eye(cols), [kernel, kernel, x!.shape[1], cols]) as tf.Tensor4D;
  return tf.conv2d(maps(x!, attrs), filters, 1, "same");
}

function turned([x]: tf.Tensor2D[], { attrs, rows, cols }: OpRecord): tf.Tensor {
  const kernel = attrs[0]!;
  const filters = tf.reshape(x!, [kernel, kernel, cols, rows / kernel ** 2]);
  return tf.transpose(tf.reverse(filters, [0, 1]), [0, 1, 3, 2]);
}

/** How the back ends compute operators, with the kernels that `exactnessProbe` admits; the others are loops on the host. */
const KERNELS: Partial<Record<OperatorVector["opcode"], Kernel>> = {
  MATMUL: product,
  ADD: ([x, y]) => tf.add(x!, y!),
  SUB: ([x, y]) => tf.sub(x!, y!),
  MULC: ([x], { attrs }) => tf.mul(x!, attrs[0]!),
  CLIP: ([x], { attrs }) => tf.clipByValue(x!, attrs[0]!, attrs[1]!),
  RELU: ([x]) => tf.clipByValue(x!, 0, EXACT),
  RHU: ([x], { attrs }) => tf.floor(tf.add(tf.mul(x!, 2 ** -attrs[0]!), attrs[0]! > 0 ? 0.5 : 0)),
  RESHAPE: ([x], { rows, cols }) => tf.reshape(x!, [rows, cols]),
  UNSTACK: ([x], { rows, cols }) => tf.transpose(tf.reshape(x!, [cols, rows])),
  IM2COL: patches,
  KFLIP: turned,
  POOLMAX: ([x], { attrs }) => tf.maxPool(maps(x!, attrs), 2, 2, "valid"),
};

/** Whether a kernel has the operator's meaning for this case: numbers that binary32 holds, and no special form. */
export function hasKernel({ opcode, inputs, attrs = [], flags = 0, result }: OperatorVector): boolean {
  const small = [attrs, result, ...inputs.map(({ data }) => data)].every((list) =>
    list.every((value) => Math.abs(value) <= EXACT),
  );
  if (!small || !(opcode in KERNELS)) return false;
  if (opcode === "RHU") return inputs.length === 1 && flags === 0 && Math.abs(attrs[0]!) <= 24;
  if (opcode === "CLIP") return attrs[0]! <= attrs[1]!;
  // A program reads the keys twice; max-pooling reads one tensor.
  return opcode !== "POOLMAX" || inputs[0]!.data.join() === inputs[1]!.data.join();
}

/** The elements of the operator's result before saturation, by the back end that is active. */
export function byKernel(opcode: OperatorVector["opcode"], record: OpRecord, inputs: readonly IntTensor[]): number[] {
  return tf.tidy(() => {
    const operands = inputs.map(({ data, rows, cols }) => tf.tensor2d(Float32Array.from(data), [rows, cols]));
    return Array.from(KERNELS[opcode]!(operands, record).dataSync());
  });
}
