import type { RecordBuilder } from "./builder.ts";
import { OP } from "./opcodes.ts";
import { type StepPlan, VELOCITY_BITS } from "./plan.ts";
import { KIND, type Operand } from "./records.ts";

/**
 * Records that turn the weight gradient of layer `l` into its new state: [masters], with momentum [masters, velocity].
 * `scalar` is what the shifts of this step take off the update shift.
 */
export function applyUpdate(
  b: RecordBuilder,
  plan: StepPlan,
  l: number,
  master: Operand,
  { dw, scalar }: { dw: Operand; scalar: Operand | undefined },
): Operand[] {
  const { updateShift, masterLimit, inputs, units } = plan.layers[l]!;
  const name = `layer${l + 1}`;
  const limits = [-plan.updateLimit, plan.updateLimit] as const;
  let update = b.shift(dw, "int32", `${name} update`, { shift: updateShift, scalar, sign: -1, limits });
  const velocities: Operand[] = [];
  if (plan.momentum) {
    const { shift, factor, limit } = plan.momentum;
    const idx = plan.layers.length + l;
    const state: Operand = { kind: KIND.STATE, idx, dtype: "int32", rows: inputs, cols: units };
    const old = b.clip(state, -limit, limit, `bound velocity${l + 1}`);
    const kept = b.push(OP.MULC, old, [old], [factor], `${name} kept velocity`);
    const sum = b.binary(OP.ADD, kept, update, `${name} pushed velocity`);
    const velocity = b.shift(sum, "int32", `${name} new velocity`, { shift, limits: [-limit, limit] });
    velocities.push(velocity);
    update = b.shift(velocity, "int32", `${name} motion`, { shift: VELOCITY_BITS });
  }
  const next = b.binary(OP.SUB, master, update, `${name} descend`);
  return [b.clip(next, -masterLimit, masterLimit, `${name} new weights`), ...velocities];
}
