import { test } from "node:test";
import { compareWebgpu, skip } from "./webgpu-compare.ts";

test("webgpu gives the bits of the reference for 1,000 random programs, and of wasm for both networks", { skip }, (t) =>
  compareWebgpu(t, { first: 1, programs: 1000, mlp: 100, cnn: 6 }),
);
