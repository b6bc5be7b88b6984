import { ExactError } from "../errors.ts";
import type { DType, IntArray, IntTensor } from "../types.ts";
import { allocate, DTYPE_BYTES, DTYPE_CODE } from "../types.ts";
import { concat, uint } from "./bytes.ts";

/*
 * Tensor file, all integers big-endian:
 *   "ASYT" | version:u8 = 1 | count:u16 | count times: nameLength:u8 | name (UTF-8) | dtype:u8 | rows:u32 | cols:u32 |
 *   listRows:u32 (0 = no list) | data: rows * cols two's complement integers, row-major
 */
const MAGIC = new TextEncoder().encode("ASYT");
const VERSION = 1;
const FIXED = 1 + 4 + 4 + 4;

function malformed(path: string, found: unknown, wanted: string): ExactError {
  return new ExactError("EX-030", {
    path,
    found,
    wanted,
    hint: "Fetch the file again; it is not what it claims to be.",
  });
}

function encodeData(data: IntArray): Uint8Array {
  const size = data.BYTES_PER_ELEMENT;
  const out = new Uint8Array(data.length * size);
  if (size === 1) out.set(data);
  const view = new DataView(out.buffer);
  if (size === 2) for (let i = 0; i < data.length; i++) view.setInt16(2 * i, data[i]!);
  if (size === 4) for (let i = 0; i < data.length; i++) view.setInt32(4 * i, data[i]!);
  return out;
}

function decodeData(bytes: Uint8Array, dtype: DType, length: number): IntArray {
  const out = allocate(dtype, length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (dtype === "int8") for (let i = 0; i < length; i++) out[i] = view.getInt8(i);
  if (dtype === "int16") for (let i = 0; i < length; i++) out[i] = view.getInt16(2 * i);
  if (dtype === "int32") for (let i = 0; i < length; i++) out[i] = view.getInt32(4 * i);
  return out;
}

/** Tensors as one file. The same tensors give the same bytes. */
export function encodeTensors(tensors: readonly IntTensor[]): Uint8Array {
  const parts = [MAGIC, uint(VERSION, 1), uint(tensors.length, 2)];
  for (const { name, dtype, rows, cols, listRows, data } of tensors) {
    const label = new TextEncoder().encode(name);
    if (label.length > 255) throw malformed("name", name, "at most 255 bytes");
    if (data.length !== rows * cols) throw malformed(name, `${data.length} elements`, `${rows * cols}`);
    parts.push(
      uint(label.length, 1),
      label,
      uint(DTYPE_CODE[dtype], 1),
      uint(rows, 4),
      uint(cols, 4),
      uint(listRows ?? 0, 4),
    );
    parts.push(encodeData(data));
  }
  return concat(parts);
}

/** Reads what `encodeTensors` wrote. Throws ExactError EX-030 on anything else: truncated, extended or altered headers. */
export function decodeTensors(bytes: Uint8Array): IntTensor[] {
  let at = 0;
  const take = (length: number, what: string): Uint8Array => {
    if (at + length > bytes.length) throw malformed(what, `${bytes.length - at} bytes left`, `${length} bytes`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  const number = (size: number, what: string): number => take(size, what).reduce((sum, byte) => sum * 256 + byte, 0);
  if (take(4, "magic").some((byte, i) => byte !== MAGIC[i])) throw malformed("magic", "other bytes", '"ASYT"');
  const version = number(1, "version");
  if (version !== VERSION) throw malformed("version", version, String(VERSION));
  const count = number(2, "count");
  const tensors: IntTensor[] = [];
  for (let i = 0; i < count; i++) {
    const name = new TextDecoder().decode(take(number(1, "nameLength"), "name"));
    // A Buffer is a window on shared memory, so its offset counts.
    const fields = take(FIXED, name);
    const header = new DataView(fields.buffer, fields.byteOffset, fields.byteLength);
    const code = header.getUint8(0);
    const dtype = (Object.keys(DTYPE_CODE) as DType[]).find((key) => DTYPE_CODE[key] === code);
    if (!dtype) throw malformed(`${name}.dtype`, code, "1, 2 or 3");
    const [rows, cols, listRows] = [header.getUint32(1), header.getUint32(5), header.getUint32(9)];
    const data = decodeData(take(rows * cols * DTYPE_BYTES[dtype], name), dtype, rows * cols);
    tensors.push(listRows > 0 ? { name, rows, cols, dtype, data, listRows } : { name, rows, cols, dtype, data });
  }
  if (at !== bytes.length) throw malformed("end", `${bytes.length - at} bytes more`, "the end of the file");
  return tensors;
}
