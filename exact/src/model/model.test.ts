import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { loadLayersModel } from "@tensorflow/tfjs-layers";
import { initialState } from "../data/init.ts";
import { ExactError } from "../errors.ts";
import { loadNodeBackend } from "../node.ts";
import { compileProgram } from "../program/compile.ts";
import { outputs } from "../program/plan.ts";
import { evaluate } from "../run/evaluate.ts";
import { runProgram } from "../run/run.ts";
import { compileSmall, convolutional, seed } from "../testing.ts";
import { fromLayersModel } from "./from-layers.ts";
import { toLayersModel } from "./to-layers.ts";

const OPTIONS = { rows: 40, batchSize: 8, steps: 10, rateExponent: -2 };

const NETWORKS: Record<string, Record<string, unknown>> = {
  dense: { steps: 300, segmentLength: 64 },
  convolutional: convolutional({
    input: { features: 96, bits: 5, rows: 40, image: { height: 4, width: 12, channels: 2 } },
    optimizer: { type: "sgd", rateExponent: -5, halveAtPercent: [75], momentumShift: 3 },
    steps: 400,
    segmentLength: 64,
  }),
};

for (const [name, change] of Object.entries(NETWORKS)) {
  test(`an exported model opens in tfjs and predicts like the integer network: ${name}`, async () => {
    const { compiled, dataset } = compileSmall(change);
    const backend = await loadNodeBackend("cpu");
    const start = { step: 0, state: initialState(compiled, seed(1)), boundaries: [] };
    const { state } = await runProgram({ compiled, backend, dataset, nonce: seed(2), start });
    const { modelJson, weights } = toLayersModel(compiled, state);
    const artifacts = {
      modelTopology: JSON.parse(JSON.stringify(modelJson.modelTopology)) as object,
      weightSpecs: modelJson.weightsManifest.flatMap((group) => group.weights),
      weightData: weights.buffer as ArrayBuffer,
    };
    const model = await loadLayersModel(tf.io.fromMemory(artifacts));
    const { features } = compiled.program.input;
    const [rows, cols] = [dataset.rows, dataset.cols];
    const inputs = new Float32Array(rows * features);
    for (let r = 0; r < rows; r++)
      for (let f = 0; f < features; f++) inputs[r * features + f] = dataset.data[r * cols + f]! / 32;
    const shape = [rows, ...model.inputs[0]!.shape.slice(1).map(Number)];
    const scores = (model.predict(tf.tensor(inputs, shape)) as tf.Tensor).arraySync() as number[][];
    const wrong = scores.flatMap((row, r) =>
      dataset.data[r * cols + features + row.indexOf(Math.max(...row))] === 1 ? [] : [r],
    );
    const exact = await evaluate(compiled, backend, state, dataset);
    assert.ok(exact.accuracy > 0.9, `the network has learnt: ${exact.accuracy}`);
    assert.ok(Math.abs(1 - wrong.length / rows - exact.accuracy) <= 1 / rows);
    assert.deepEqual(await evaluate(compiled, "plain", state, dataset), exact);
    model.dispose();
  });
}

test("export and import give the architecture back", () => {
  const { compiled } = compileSmall();
  const { modelJson } = toLayersModel(compiled, initialState(compiled, seed(1)));
  const program = fromLayersModel(modelJson, OPTIONS);
  const shape = (layers: typeof program.layers) => layers.map((layer) => [outputs(layer), layer.activation]);
  assert.deepEqual(shape(program.layers), shape(compiled.program.layers));
  assert.equal(program.input.features, 21);
  assert.equal(compileProgram(program).states[0]!.rows, 21);
});

test("export and import of a convolutional network give layers and image back", () => {
  const { compiled } = compileSmall(convolutional());
  const { modelJson } = toLayersModel(compiled, initialState(compiled, seed(1)));
  const program = fromLayersModel(modelJson, { ...OPTIONS, momentumShift: 2, augmentShift: 1 });
  const shape = (layers: typeof program.layers) =>
    layers.map((layer) => [layer.type, outputs(layer), layer.activation, "kernelSize" in layer && layer.kernelSize]);
  assert.deepEqual(shape(program.layers), shape(compiled.program.layers));
  assert.deepEqual(program.input.image, { height: 4, width: 12, channels: 2 });
  const again = compileProgram(program);
  assert.deepEqual(
    again.states.map(({ name, rows, cols }) => [name, rows, cols]),
    compiled.states.map(({ name, rows, cols }) => [name, rows, cols]),
  );
});

const keras = (layers: unknown[]): unknown => ({
  modelTopology: { model_config: { class_name: "Sequential", config: { layers } } },
});
const dense = (units: number, activation: string, more: object = {}): unknown => ({
  class_name: "Dense",
  config: { units, activation, use_bias: false, ...more },
});
const conv = (more: object): unknown => ({
  class_name: "Conv2D",
  config: { filters: 4, kernel_size: [3, 3], padding: "same", activation: "relu", use_bias: false, ...more },
});
const pool = (config: object): unknown => ({ class_name: "MaxPooling2D", config });
const image = { batch_input_shape: [null, 8, 8, 1] };
const shaped = { batch_input_shape: [null, 784] };

test("Keras files with separate activation and input layers are read; exponents fill a quarter to a half of the range", () => {
  const program = fromLayersModel(
    keras([
      { class_name: "InputLayer", config: { batch_shape: [null, 784] } },
      dense(128, "linear"),
      { class_name: "ReLU", config: {} },
      dense(10, "linear"),
      { class_name: "Activation", config: { activation: "softmax" } },
    ]),
    OPTIONS,
  );
  assert.deepEqual(
    program.layers.map((layer) => [outputs(layer), layer.activation]),
    [
      [128, "relu"],
      [10, "softmax"],
    ],
  );
  const compiled = compileProgram(program);
  initialState(compiled, seed(1)).forEach(({ data }, l) => {
    const share = Array.from(data).reduce((max, v) => Math.max(max, Math.abs(v)), 0) / 2 ** 22;
    assert.ok(share > 0.24 && share <= 0.5, `layer ${l + 1}: ${share}`);
  });
});

test("what has no integer recipe is refused, naming the layer", () => {
  const cases: [unknown, RegExp][] = [
    [{ modelTopology: { class_name: "Functional" } }, /class_name: found Functional/],
    [keras([dense(10, "softmax")]), /batch_input_shape/],
    [keras([dense(10, "softmax", { ...shaped, use_bias: true })]), /use_bias: found true/],
    [keras([dense(10, "softmax", { ...shaped, use_bias: undefined })]), /use_bias/],
    [
      keras([dense(8, "relu", shaped), { class_name: "Dropout", config: {} }, dense(2, "softmax")]),
      /layers\[1\]\.class_name: found Dropout/,
    ],
    [keras([dense(8, "relu", { ...shaped, units: "8" }), dense(2, "softmax")]), /units/],
    [null, /class_name/],
    [keras([{ class_name: "Flatten", config: {} }]), /batch_input_shape/],
    [keras([dense(8, "relu", image)]), /a Flatten before/],
    [keras([conv(image), { class_name: "Flatten", config: {} }]), /MaxPooling2D behind/],
    [keras([conv({ ...image, padding: "valid" })]), /padding: found valid/],
    [keras([conv({ ...image, strides: [2, 2] })]), /strides: found 2, wanted 1/],
    [keras([conv({ ...image, kernel_size: [3, 5] })]), /kernel_size/],
    [keras([conv(image), pool({ pool_size: [3, 3], strides: [3, 3] })]), /pool_size: found 3/],
    [keras([pool(image)]), /a Conv2D before/],
    [keras([dense(8, "relu", shaped), conv({})]), /found a row, wanted an image/],
  ];
  for (const [json, message] of cases) {
    assert.throws(
      () => fromLayersModel(json, OPTIONS),
      (error) => error instanceof ExactError && error.code === "EX-040" && message.test(error.message),
      String(message),
    );
  }
  assert.throws(
    () => fromLayersModel(keras([dense(8, "tanh", shaped), dense(2, "softmax")]), OPTIONS),
    /layers\.0\.activation: found tanh/,
  );
});
