import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** What a folder holds; links count as themselves. Stops counting at `maxEntries`, which is then what it gives. */
export function folderUse(folder: string, maxEntries: number): { entries: number; bytes: number } {
  const use = { entries: 0, bytes: 0 };
  const waiting = [folder];
  for (let dir = waiting.pop(); dir !== undefined && use.entries < maxEntries; dir = waiting.pop()) {
    for (const entry of list(dir)) {
      const path = join(dir, entry.name);
      use.entries += 1;
      if (use.entries >= maxEntries) break;
      if (entry.isDirectory()) waiting.push(path);
      else use.bytes += diskBytes(path);
    }
  }
  return use;
}

function list(dir: string) {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch {
    return []; // gone between two looks
  }
}

function diskBytes(path: string): number {
  try {
    return lstatSync(path).blocks * 512;
  } catch {
    return 0;
  }
}
