import type { IntTensor } from "../types.ts";

export const LUT_SIZE = 256;
export const LUT_ONE = 2048;
/** Logits are compared in units of 2^-LOGIT_BITS nat. */
export const LOGIT_BITS = 4;

const SCALE = 1n << 160n;

/** e^(-1/16) in units of 2^-160, by its Taylor series in integers: no platform's `Math.exp` decides a bit. */
function decay(): bigint {
  let term = SCALE;
  let sum = 0n;
  for (let k = 1n; term !== 0n; k++) {
    sum += term;
    term = -term / (16n * k);
  }
  return sum;
}

/** The softmax table: entry i is `round(2048 * e^(-i/16))`, one row of 256 int16. */
export function softmaxTable(): IntTensor {
  const data = new Int16Array(LUT_SIZE);
  const factor = decay();
  let power = SCALE;
  for (let i = 0; i < LUT_SIZE; i++) {
    data[i] = Number((BigInt(LUT_ONE) * power + SCALE / 2n) / SCALE);
    power = (power * factor) / SCALE;
  }
  return { name: "softmax", rows: 1, cols: LUT_SIZE, dtype: "int16", data };
}
