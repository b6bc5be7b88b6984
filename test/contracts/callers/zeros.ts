import { numberToHex, zeroAddress } from "viem";

/** Zero, or empty, for every argument of a function. */
export function zeros(inputs: readonly { type: string; components?: readonly never[] }[]): unknown[] {
  return inputs.map((input) => zero(input.type, input.components));
}

function zero(type: string, components: readonly { type: string; components?: readonly never[] }[] = []): unknown {
  const list = /^(.*)\[(\d*)\]$/.exec(type);
  if (list) return Array.from({ length: Number(list[2] || 0) }, () => zero(list[1]!, components));
  if (type === "tuple") return zeros(components as never);
  if (type === "address") return zeroAddress;
  if (type === "bool") return false;
  if (type === "string") return "";
  if (type === "bytes") return "0x";
  if (/^bytes\d+$/.test(type)) return numberToHex(0, { size: Number(type.slice(5)) });
  return Number(/\d+/.exec(type)?.[0] ?? 256) > 48 ? 0n : 0;
}
