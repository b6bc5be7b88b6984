import { test } from "node:test";
import { compareWebgpu, skip } from "./webgpu-compare.ts";

test("webgpu on a software adapter gives the bits of wasm and of the reference", { skip }, (t) =>
  compareWebgpu(t, { first: 121, programs: 12, mlp: 8, cnn: 1 }),
);
