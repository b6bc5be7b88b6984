import type { Journal } from "./journal.ts";

/** A transaction that reverted keeps its key for ever; if its deed is still due, it is another try with another key. */
export function unfailedKey(journal: Pick<Journal, "get">, key: string): string {
  let tried = key;
  for (let n = 2; journal.get(tried)?.status === "failed"; n++) tried = `${key}:${n}`;
  return tried;
}
