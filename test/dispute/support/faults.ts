import type { IntTensor } from "../../../exact/src/types.ts";
import { DTYPE_RANGE } from "../../../exact/src/types.ts";
import type { Tamper } from "./run.ts";

/** Adds `delta` to one element of one value, or takes it off where the type has no room. */
export function fault(
  step: number,
  op: number,
  element: number,
  delta: number | ((value: number) => number) = 1,
): Tamper {
  return {
    value(s, j, value): IntTensor {
      if (s !== step || j !== op) return value;
      const data = value.data.slice();
      const [low, high] = DTYPE_RANGE[value.dtype];
      const at = element % data.length;
      const change = typeof delta === "number" ? delta : delta(data[at]!);
      const wanted = data[at]! + change;
      data[at] = wanted > high || wanted < low ? data[at]! - change : wanted;
      return { ...value, data };
    },
  };
}

/** The same run from other initial weights. */
export function otherStart(): Tamper {
  return {
    start: (state) =>
      state.map((tensor, k) => {
        if (k !== 0) return tensor;
        const data = tensor.data.slice();
        data[0]! += 1;
        return { ...tensor, data };
      }),
  };
}

/** The same run on rows drawn by another nonce. */
export function otherNonce(): Tamper {
  return { nonce: (nonce) => `0x${(BigInt(nonce) ^ 1n).toString(16).padStart(64, "0")}` };
}

/** Small deterministic generator (mulberry32): integers below n. */
export function generator(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}
