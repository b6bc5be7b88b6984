import { type Build, compileSources, readSource } from "../../../scripts/lib/solidity.ts";

export type { Build };

/** A change to one source before it is compiled: `from` must occur in it exactly once. */
export interface Patch {
  /** Path below contracts/. */
  file: string;
  from: string;
  to: string;
}

/**
 * Compiles one source of contracts/ and what it imports, with the settings of the tests' build, after applying `patches`.
 * Throws if a patch does not fit exactly once or the compiler reports an error.
 */
export function compile(file: string, patches: readonly Patch[] = [], viaIR = false): Build {
  const path = `contracts/${file}`;
  return compileSources([path], (source) => patched(source, patches), viaIR).get(path)!;
}

function patched(path: string, patches: readonly Patch[]): string {
  let text = readSource(path);
  for (const { file, from, to } of patches) {
    if (path !== `contracts/${file}`) continue;
    const parts = text.split(from);
    if (parts.length !== 2) throw new Error(`patch fits ${parts.length - 1} times into ${file}: ${from}`);
    text = parts.join(to);
  }
  return text;
}
