import type { Rows } from "./check.ts";

/** Where the index says something else than the chain. */
export interface Mismatch {
  /** `Job 0x…`, `Provider 0x…`. */
  entity: string;
  field: string;
  index: string;
  chain: string;
}

/** One value as text: addresses and numbers in lower case, references as their ids. */
function text(value: unknown): string {
  if (value === undefined || value === null) return "null";
  if (Array.isArray(value)) return `[${value.map(text).join(",")}]`;
  if (typeof value === "object") return text((value as { id: unknown }).id);
  return String(value).toLowerCase();
}

/** Holds every entity of one kind against what the chain says: all that are there, and all that should be. */
export function compareRows(kind: string, index: Rows, chain: Rows): Mismatch[] {
  const ids = new Set([...index.keys(), ...chain.keys()]);
  return [...ids].flatMap((id) => {
    const [found, wanted] = [index.get(id), chain.get(id)];
    const entity = `${kind} ${id}`;
    if (!found || !wanted) {
      return [{ entity, field: "id", index: found ? "present" : "absent", chain: wanted ? "present" : "absent" }];
    }
    return Object.entries(wanted)
      .filter(([field, value]) => text(found[field]) !== text(value))
      .map(([field, value]) => ({ entity, field, index: text(found[field]), chain: text(value) }));
  });
}
