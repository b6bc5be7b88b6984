import {
  type BackendName,
  compileProgram,
  ExactError,
  type Hex,
  type IntTensor,
  initialState,
  type Program,
  parseProgram,
  type RunResult,
  runProgram,
  type Segment,
} from "../../exact/src/index.ts";
import { loadNodeBackend } from "../../exact/src/node.ts";

export interface Identity {
  /** Final state by way of running. */
  hashes: Record<string, Hex>;
  identical: boolean;
}

/**
 * Runs a short form of a program, several segments through all its phases, on wasm, again on wasm, resumed from a
 * checkpoint, on cpu, and on webgpu where there is a graphics adapter, and compares run root and final state.
 */
export async function checkIdentity(program: Program, dataset: IntTensor, steps: number): Promise<Identity> {
  const compiled = compileProgram(parseProgram({ ...program, steps, segmentLength: Math.ceil(steps / 4) }));
  const nonce: Hex = `0x${"1".padStart(64, "0")}`;
  const state = initialState(compiled, nonce);
  const segments: Segment[] = [];
  const run = async (name: BackendName, start = { step: 0, state, boundaries: [] as Hex[] }): Promise<RunResult> =>
    runProgram({
      compiled,
      backend: await loadNodeBackend(name),
      dataset,
      nonce,
      start,
      onSegment: (segment) => void segments.push(segment),
    });
  const results: Record<string, RunResult> = { wasm: await run("wasm") };
  const [first, second] = segments;
  const boundaries = [first!.stateHash, second!.stateHash];
  results.repeated = await run("wasm");
  results.resumed = await run("wasm", { step: second!.step, state: second!.state, boundaries });
  results.cpu = await run("cpu");
  if (await hasWebgpu()) results.webgpu = await run("webgpu");
  const all = Object.values(results).map(({ runRoot, finalState }) => runRoot + finalState);
  const hashes = Object.fromEntries(Object.entries(results).map(([name, { finalState }]) => [name, finalState]));
  return { hashes, identical: all.every((hash) => hash === all[0]) };
}

async function hasWebgpu(): Promise<boolean> {
  try {
    await loadNodeBackend("webgpu");
    return true;
  } catch (error) {
    if (error instanceof ExactError && error.code === "EX-020") return false;
    throw error;
  }
}
