import type { Duplex } from "node:stream";
import type { ErrorKind } from "./errors.ts";

/** What goes over the pipe between a daemon and its child. */
export type ToChild = { kind: "input"; input: unknown } | { kind: "abort" };
export type FromChild =
  | { kind: "message"; message: unknown }
  | { kind: "result"; result: unknown }
  | { kind: "error"; error: ChildFailure };
export type ChildFailure = {
  code?: string;
  kind?: ErrorKind;
  message: string;
  found?: string;
  wanted?: string;
  hint?: string;
};

/** The file descriptor of the pipe in a child. */
export const CHANNEL_FD = 3;

const HEAD_BYTES = 4;
const TAG = "$";
const ARRAYS = {
  Uint8Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Float32Array,
  Float64Array,
} as const;
type ArrayName = keyof typeof ARRAYS;

/**
 * A frame: its length in four bytes, little-endian, then JSON, in which what JSON does not know (bigints, numbers that are
 * not finite, typed arrays) is an object with the one name "$". Not Node's own channel: that one takes as many bytes as
 * the other side claims to send, and a child may be in a stranger's hands.
 */
export function encodeFrame(message: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(message, replace), "utf8");
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(body.length);
  return Buffer.concat([head, body]);
}

function replace(this: unknown, _key: string, value: unknown): unknown {
  if (typeof value === "bigint") return { [TAG]: ["bigint", value.toString()] };
  if (typeof value === "number" && !Number.isFinite(value)) return { [TAG]: ["number", String(value)] };
  if (ArrayBuffer.isView(value)) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    // Buffer has turned itself into an object before it comes here, so these are the plain ones.
    return { [TAG]: [value.constructor.name, bytes.toString("base64")] };
  }
  return value;
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !(TAG in value)) return value;
  const [type, text] = value[TAG] as [string, string];
  if (type === "bigint") return BigInt(text);
  if (type === "number") return Number(text);
  if (!Object.hasOwn(ARRAYS, type)) throw new TypeError(`no type ${type}`);
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  return new ARRAYS[type as ArrayName](bytes.buffer);
}

/**
 * Calls `onFrame` with each message that arrives.
 * @param maxBytes longest frame
 * @param onWrong told, once, of a frame that is too long or no message; nothing more is read then
 */
export function readFrames(
  stream: Duplex,
  maxBytes: number,
  onFrame: (message: unknown) => void,
  onWrong: (what: string) => void,
): void {
  const chunks: Buffer[] = [];
  let held = 0;
  const wrong = (what: string) => {
    stream.removeListener("data", take);
    stream.resume();
    onWrong(what);
  };
  // Joined only when a frame is whole: a long one arrives in many pieces.
  const take = (chunk: Buffer) => {
    chunks.push(chunk);
    held += chunk.length;
    while (held >= HEAD_BYTES) {
      if (chunks[0]!.length < HEAD_BYTES) chunks.splice(0, chunks.length, Buffer.concat(chunks));
      const length = chunks[0]!.readUInt32LE(0);
      if (length > maxBytes) return wrong(`a message of ${length} bytes`);
      if (held < HEAD_BYTES + length) return;
      const all = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      chunks.length = 0;
      held = all.length - HEAD_BYTES - length;
      if (held > 0) chunks.push(all.subarray(HEAD_BYTES + length));
      let message: unknown;
      try {
        message = JSON.parse(all.toString("utf8", HEAD_BYTES, HEAD_BYTES + length), revive);
      } catch (error) {
        return wrong(`no message: ${error instanceof Error ? error.message.slice(0, 100) : String(error)}`);
      }
      onFrame(message);
    }
  };
  stream.on("data", take);
}
