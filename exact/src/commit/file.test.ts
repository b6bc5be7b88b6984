import assert from "node:assert/strict";
import { test } from "node:test";
import { ExactError } from "../errors.ts";
import type { IntTensor } from "../types.ts";
import { decodeTensors, encodeTensors } from "./file.ts";

const tensors: IntTensor[] = [
  { name: "a", rows: 2, cols: 2, dtype: "int8", data: Int8Array.from([-128, 127, 0, -1]) },
  { name: "größe", rows: 1, cols: 2, dtype: "int16", data: Int16Array.from([-32768, 258]) },
  { name: "c", rows: 1, cols: 2, dtype: "int32", data: Int32Array.from([-2147483648, 16909060]) },
  { name: "l", rows: 2, cols: 1, dtype: "int16", data: Int16Array.from([3, 4]), listRows: 1 },
];

test("a tensor file reads back as it was written", () => {
  assert.deepEqual(decodeTensors(encodeTensors(tensors)), tensors);
  assert.deepEqual(decodeTensors(encodeTensors([])), []);
});

test("the layout is the documented one", () => {
  const bytes = encodeTensors([tensors[2]!]);
  assert.equal(
    Buffer.from(bytes).toString("hex"),
    "41535954" + "01" + "0001" + "01" + "63" + "03" + "00000001" + "00000002" + "00000000" + "80000000" + "01020304",
  );
});

test("CMT-10: a file cut at any byte, or with a byte more, is refused with EX-030", () => {
  const bytes = encodeTensors(tensors);
  const refused = (part: Uint8Array): void =>
    assert.throws(
      () => decodeTensors(part),
      (error) => error instanceof ExactError && error.code === "EX-030",
    );
  for (let length = 0; length < bytes.length; length++) refused(bytes.subarray(0, length));
  refused(Uint8Array.from([...bytes, 0]));
  refused(Uint8Array.from(bytes, (byte, i) => (i === 4 ? 2 : byte)));
});

test("bytes at an odd offset of a larger buffer decode the same", () => {
  const bytes = encodeTensors(tensors);
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  assert.deepEqual(decodeTensors(shifted.subarray(3)), tensors);
});

test("a Buffer decodes the same, although its slices share memory", () => {
  assert.deepEqual(decodeTensors(Buffer.from(encodeTensors(tensors))), tensors);
});
