/**
 * keccak256 of two messages at once: Keccak-f[1600] on lanes of two 64-bit words, as a WebAssembly module that is
 * assembled here. Hashing is most of what commitments cost, and tiles come by the hundred.
 */

const RATE = 136;
const WORDS = 25;
const ROUNDS = 24;
/** Places in the module's memory: round constants, digests, then the two messages. */
const CONSTANTS = 0;
const STATE = 1024;
const MESSAGES = 2048;
const PAGE = 65536;

const V128 = 0x7b;
const I32 = 0x7f;

/** Unsigned LEB128. */
function leb(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    out.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return out;
}

/** Signed LEB128 of a small constant. */
function signed(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) return [...out, byte];
    out.push(byte | 0x80);
  }
}

const get = (local: number): number[] => [0x20, ...leb(local)];
const set = (local: number): number[] => [0x21, ...leb(local)];
const i32 = (value: number): number[] => [0x41, ...signed(value)];
const simd = (opcode: number, ...rest: number[]): number[] => [0xfd, ...leb(opcode), ...rest];
const XOR = simd(0x51);
const ANDNOT = simd(0x4f);
const OR = simd(0x50);
const SHIFT_LEFT = simd(0xcb);
const SHIFT_RIGHT = simd(0xcd);
const ADD_I32 = [0x6a];

// Parameters and locals of the function: two message pointers, blocks left, round pointer; then words.
const [LEFT, RIGHT, BLOCKS, ROUND] = [0, 1, 2, 3];
const A = 4;
const B = A + WORDS;
const C = B + WORDS;
const D = C + 5;

function rotated(value: number[], by: number): number[] {
  if (by === 0) return value;
  return [...value, ...i32(by), ...SHIFT_LEFT, ...value, ...i32(64 - by), ...SHIFT_RIGHT, ...OR];
}

/** Rotation and destination of every word under rho and pi; word x + 5y. */
function rhoPi(): { to: number; by: number }[] {
  const out = Array.from({ length: WORDS }, () => ({ to: 0, by: 0 }));
  for (let t = 0, x = 1, y = 0; t < 24; t++) {
    const [nx, ny] = [y, (2 * x + 3 * y) % 5];
    out[x + 5 * y] = { to: nx + 5 * ny, by: (((t + 1) * (t + 2)) / 2) % 64 };
    [x, y] = [nx, ny];
  }
  return out;
}

/** The constants of iota, from the degree-8 shift register of the standard. */
function roundConstants(): bigint[] {
  let register = 1;
  return Array.from({ length: ROUNDS }, () => {
    let constant = 0n;
    for (let j = 0; j < 7; j++) {
      if (register & 1) constant |= 1n << BigInt(2 ** j - 1);
      register = (register << 1) ^ (register & 0x80 ? 0x171 : 0);
    }
    return constant;
  });
}

function round(): number[] {
  const code: number[] = [];
  for (let x = 0; x < 5; x++) {
    code.push(...get(A + x));
    for (let y = 1; y < 5; y++) code.push(...get(A + x + 5 * y), ...XOR);
    code.push(...set(C + x));
  }
  for (let x = 0; x < 5; x++) {
    code.push(...get(C + ((x + 4) % 5)), ...rotated(get(C + ((x + 1) % 5)), 1), ...XOR, ...set(D + x));
  }
  for (const [from, { to, by }] of rhoPi().entries()) {
    code.push(...get(A + from), ...get(D + (from % 5)), ...XOR, ...set(A + from));
    code.push(...rotated(get(A + from), by), ...set(B + to));
  }
  for (let i = 0; i < WORDS; i++) {
    const y = i - (i % 5);
    // andnot is a AND NOT b.
    code.push(...get(B + i), ...get(B + y + ((i + 2) % 5)), ...get(B + y + ((i + 1) % 5)), ...ANDNOT, ...XOR);
    if (i === 0) code.push(...get(ROUND), ...simd(0x00, 4, ...leb(0)), ...XOR);
    code.push(...set(A + i));
  }
  return code;
}

/** hash(left, right, blocks): absorbs the blocks of two padded messages and leaves both states at STATE. */
function body(): number[] {
  const code: number[] = [0x03, 0x40];
  for (let i = 0; i < RATE / 8; i++) {
    const offset = leb(8 * i);
    code.push(...get(A + i), ...get(RIGHT), ...get(LEFT), ...simd(0x5d, 0, ...offset));
    code.push(...simd(0x57, 0, ...offset, 1), ...XOR, ...set(A + i));
  }
  code.push(...i32(CONSTANTS), ...set(ROUND), 0x03, 0x40, ...round());
  code.push(...get(ROUND), ...i32(16), ...ADD_I32, 0x22, ROUND, ...i32(CONSTANTS + 16 * ROUNDS), 0x47, 0x0d, 0, 0x0b);
  for (const pointer of [LEFT, RIGHT]) code.push(...get(pointer), ...i32(RATE), ...ADD_I32, ...set(pointer));
  code.push(...get(BLOCKS), ...i32(-1), ...ADD_I32, 0x22, BLOCKS, 0x0d, 0, 0x0b);
  for (let i = 0; i < 4; i++) code.push(...i32(STATE + 16 * i), ...get(A + i), ...simd(0x0b, 4, 0));
  return [...code, 0x0b];
}

function assemble(): Uint8Array<ArrayBuffer> {
  const section = (id: number, content: number[]): number[] => [id, ...leb(content.length), ...content];
  const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];
  const locals = [2, 1, I32, ...leb(D + 5 - A), V128];
  const content = [...locals, ...body()];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, I32, I32, I32, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...name("memory"), 2, 0, ...name("hash"), 0, 0]),
    ...section(10, [1, ...leb(content.length), ...content]),
  ]);
}

interface Exports {
  memory: WebAssembly.Memory;
  hash(left: number, right: number, blocks: number): void;
}

const { instance } = await WebAssembly.instantiate(assemble());
const { memory, hash } = instance.exports as unknown as Exports;
const bytes = new Uint8Array(memory.buffer);
const words = new Uint32Array(memory.buffer);
const constants = new BigUint64Array(memory.buffer, CONSTANTS, 2 * ROUNDS);
for (const [i, constant] of roundConstants().entries()) constants.fill(constant, 2 * i, 2 * i + 2);

/** Two messages of one length, at most 16 KiB, in the module's memory, padded. One pair is in use at a time. */
export class MessagePair {
  readonly left: Uint8Array;
  readonly right: Uint8Array;
  private readonly blocks: number;
  private readonly starts: [number, number];
  private readonly length: number;

  /** `skew` bytes are left free in front, so that what is behind a header can be aligned to words. */
  constructor(length: number, skew = 0) {
    this.length = length;
    this.blocks = Math.floor(length / RATE) + 1;
    const size = this.blocks * RATE;
    this.starts = [MESSAGES + skew, MESSAGES + skew + Math.ceil((size + 16) / 16) * 16];
    if (this.starts[1] + size > PAGE) throw new RangeError(`found messages of ${length} bytes, wanted at most 16384`);
    this.left = bytes.subarray(this.starts[0], this.starts[0] + length);
    this.right = bytes.subarray(this.starts[1], this.starts[1] + length);
    this.clear();
  }

  /** Zeroes both messages and writes their padding: needed when another pair was used since. */
  clear(): void {
    for (const start of this.starts) {
      bytes.fill(0, start, start + this.blocks * RATE);
      bytes[start + this.length]! |= 0x01;
      bytes[start + this.blocks * RATE - 1]! |= 0x80;
    }
  }

  /** keccak256 of both messages as they are now. */
  hash(): [Uint8Array, Uint8Array] {
    hash(this.starts[0], this.starts[1], this.blocks);
    const [left, right] = [new Uint32Array(8), new Uint32Array(8)];
    for (let i = 0; i < 8; i++) {
      // Words of 64 bits alternate between the messages.
      const at = STATE / 4 + 4 * (i >> 1) + (i & 1);
      left[i] = words[at]!;
      right[i] = words[at + 2]!;
    }
    return [new Uint8Array(left.buffer), new Uint8Array(right.buffer)];
  }
}
