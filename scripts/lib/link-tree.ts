import { linkSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Copies a folder of builds by hard links: what is to change in the copy must be removed first, then written anew. */
export function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, copy);
    else linkSync(source, copy);
  }
}
