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
const PREFIX = 4 + 1 + 2;
const FIXED = 1 + 4 + 4 + 4;
const MOST_NAME = 255;

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
    if (label.length > MOST_NAME) throw malformed("name", name, "at most 255 bytes");
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

/** Most bytes that a file of tensors of these shapes takes, whatever they are called. */
export function mostFileBytes(tensors: readonly Pick<IntTensor, "dtype" | "rows" | "cols">[]): number {
  return tensors.reduce((sum, { dtype, rows, cols }) => {
    return sum + 1 + MOST_NAME + FIXED + rows * cols * DTYPE_BYTES[dtype];
  }, PREFIX);
}

/** Reads a file from its front. */
class Reader {
  private readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  take(length: number, what: string): Uint8Array {
    if (length > this.left) throw malformed(what, `${this.left} bytes left`, `${length} bytes`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  number(size: number, what: string): number {
    return this.take(size, what).reduce((sum, byte) => sum * 256 + byte, 0);
  }

  /** What stands in front of all tensors: how many there are. */
  count(): number {
    if (this.take(4, "magic").some((byte, i) => byte !== MAGIC[i])) throw malformed("magic", "other bytes", '"ASYT"');
    const version = this.number(1, "version");
    if (version !== VERSION) throw malformed("version", version, String(VERSION));
    return this.number(2, "count");
  }

  /** What stands in front of one tensor's data. */
  header(): Omit<IntTensor, "data"> {
    const name = new TextDecoder().decode(this.take(this.number(1, "nameLength"), "name"));
    const code = this.number(1, name);
    const dtype = (Object.keys(DTYPE_CODE) as DType[]).find((key) => DTYPE_CODE[key] === code);
    if (!dtype) throw malformed(`${name}.dtype`, code, "1, 2 or 3");
    const [rows, cols, listRows] = [this.number(4, name), this.number(4, name), this.number(4, name)];
    return listRows > 0 ? { name, rows, cols, dtype, listRows } : { name, rows, cols, dtype };
  }
}

/** Reads what `encodeTensors` wrote. Throws ExactError EX-030 on anything else: truncated, extended or altered headers. */
export function decodeTensors(bytes: Uint8Array): IntTensor[] {
  const reader = new Reader(bytes);
  const count = reader.count();
  const tensors: IntTensor[] = [];
  for (let i = 0; i < count; i++) {
    const header = reader.header();
    const { name, rows, cols, dtype } = header;
    tensors.push({
      ...header,
      data: decodeData(reader.take(rows * cols * DTYPE_BYTES[dtype], name), dtype, rows * cols),
    });
  }
  if (reader.left > 0) throw malformed("end", `${reader.left} bytes more`, "the end of the file");
  return tensors;
}

/**
 * The header of a file of one tensor, and where its data begins; the data are not read.
 * Throws ExactError EX-030 when it is none, or not as long as it says.
 */
export async function readTensorHeader(file: {
  readonly size: number;
  read(at: number, length: number): Promise<Uint8Array>;
}): Promise<{ tensor: Omit<IntTensor, "data">; offset: number }> {
  const reader = new Reader(await file.read(0, Math.min(file.size, PREFIX + 1 + MOST_NAME + FIXED)));
  const count = reader.count();
  if (count !== 1) throw malformed("count", `${count} tensors`, "one tensor");
  const tensor = reader.header();
  const length = reader.at + tensor.rows * tensor.cols * DTYPE_BYTES[tensor.dtype];
  if (file.size !== length) throw malformed(tensor.name, `a file of ${file.size} bytes`, `${length} bytes`);
  return { tensor, offset: reader.at };
}
