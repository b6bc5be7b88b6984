import { closeSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "./make-folder.ts";

/** Writes a file so that a crash leaves the old one or the new one, never half of one. Mode 0600. */
export function writeDurably(path: string, bytes: Uint8Array): void {
  makeFolder(dirname(path));
  const draft = `${path}.${process.pid}.part`;
  const file = openSync(draft, "w", 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  syncFolder(dirname(path));
}

// The rename itself must reach the disk. Windows cannot open folders, and orders renames by itself.
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
