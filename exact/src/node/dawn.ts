import { notAvailable } from "../run/backend-names.ts";

/** Puts WebGPU, as npm's optional `webgpu` has it for Node, where browsers have it. Once per process. Throws EX-020. */
export async function installDawn(): Promise<void> {
  const { navigator } = globalThis;
  if ("gpu" in navigator) return;
  let dawn: typeof import("webgpu");
  try {
    dawn = await import("webgpu");
  } catch (error) {
    const found = error instanceof Error ? error.message.split("\n")[0]! : String(error);
    throw notAvailable("webgpu", found, "the optional package webgpu, with its addon for this platform");
  }
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(navigator, "gpu", { value: dawn.create([]), configurable: true });
}
