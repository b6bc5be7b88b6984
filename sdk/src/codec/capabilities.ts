import { outOfRange } from "../internal/layout.ts";

/** What a provider's machines can do, in the order of docs/spec/registry.md: the index is the bit. */
export const capabilityNames = ["training", "inference", "webgpu", "cuda", "servesOutputs"] as const;

export type Capability = (typeof capabilityNames)[number];

/** The bits of some capabilities. @throws AssayError SDK-001 for one that has no bit */
export function capabilityBits(names: readonly Capability[]): bigint {
  return names.reduce((bits, name) => {
    const bit = capabilityNames.indexOf(name);
    if (bit < 0) throw outOfRange("capability", name, capabilityNames.join(", "));
    return bits | (1n << BigInt(bit));
  }, 0n);
}

/** The names of set bits; those without a meaning yet as `bit 17`. */
export function describeCapabilities(bits: bigint): string[] {
  const names: string[] = [];
  for (let bit = 0; bits >> BigInt(bit) !== 0n; bit++) {
    if ((bits >> BigInt(bit)) & 1n) names.push(capabilityNames[bit] ?? `bit ${bit}`);
  }
  return names;
}
