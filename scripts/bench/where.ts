import type { Receipt, World } from "../../test/support/world.ts";

/** Where a transaction's gas went. The parts add up to `gasUsed`. */
export type GasParts = Record<
  | "intrinsic"
  | "calldata"
  | "coldSlots"
  | "warmReads"
  | "writes"
  | "coldAccounts"
  | "logs"
  | "signatures"
  | "code"
  | "refund",
  number
>;

/** Looks at a measured transaction while its chain is still there. */
export type Trace = (step: string, world: World, receipt: Receipt) => Promise<void>;

interface Step {
  op: string;
  gas: number;
  gasCost: number;
  depth: number;
  stack: string[];
}

const COLD_SLOT = 2_100;
const COLD_ACCOUNT = 2_600;
const CALLS = new Set(["CALL", "STATICCALL", "DELEGATECALL", "CALLCODE"]);

/**
 * Follows a transaction step by step.
 *
 * `coldSlots` is the first touch of each storage slot (2,100 each, also those that are written next), `writes` what SSTORE
 * costs beyond it, `coldAccounts` the first call into each contract (2,600 each), `code` everything else: arithmetic,
 * memory, hashing, copying.
 */
export async function whereGasGoes(world: World, { hash, gasUsed }: Receipt): Promise<GasParts> {
  const { input } = (await world.provider.request({ method: "eth_getTransactionByHash", params: [hash] })) as {
    input: string;
  };
  const options = { disableMemory: true, disableStorage: true };
  const trace = (await world.provider.request({ method: "debug_traceTransaction", params: [hash, options] })) as {
    structLogs: Step[];
  };
  const parts: GasParts = {
    intrinsic: 21_000,
    calldata: calldataGas(input),
    coldSlots: 0,
    warmReads: 0,
    writes: 0,
    coldAccounts: 0,
    logs: 0,
    signatures: 0,
    code: 0,
    refund: 0,
  };
  const steps = trace.structLogs;
  for (const [at, step] of steps.entries()) add(parts, step, steps[at + 1], ownCost(steps, at));
  const before = Object.values(parts).reduce((sum, part) => sum + part, 0);
  parts.refund = Number(gasUsed) - before;
  return parts;
}

function add(parts: GasParts, step: Step, next: Step | undefined, cost: number): void {
  if (step.op === "SLOAD") {
    if (cost > 100) parts.coldSlots += cost;
    else parts.warmReads += cost;
  } else if (step.op === "SSTORE") {
    const cold = [2_200, 5_000, 22_100].includes(cost) ? COLD_SLOT : 0;
    parts.coldSlots += cold;
    parts.writes += cost - cold;
  } else if (step.op.startsWith("LOG")) parts.logs += cost;
  else if (CALLS.has(step.op)) {
    const target = BigInt(step.stack.at(-2)!);
    if (target === 1n && next?.depth === step.depth) parts.signatures += cost;
    else if (cost >= COLD_ACCOUNT) {
      parts.coldAccounts += COLD_ACCOUNT;
      parts.code += cost - COLD_ACCOUNT;
    } else parts.code += cost;
  } else if (["EXTCODESIZE", "EXTCODEHASH", "EXTCODECOPY", "BALANCE"].includes(step.op) && cost >= COLD_ACCOUNT) {
    parts.coldAccounts += COLD_ACCOUNT;
    parts.code += cost - COLD_ACCOUNT;
  } else parts.code += cost;
}

/** What a step costs without what it hands to a callee: for calls, the gas that is gone once the callee has started. */
function ownCost(steps: Step[], at: number): number {
  const step = steps[at]!;
  const next = steps[at + 1];
  if (!CALLS.has(step.op) || next === undefined) return step.gasCost;
  if (next.depth <= step.depth) return step.gas - next.gas;
  // gas here, less what is left after the call, less what the callee used
  let after = at + 1;
  let last = next;
  while (after < steps.length && steps[after]!.depth > step.depth) last = steps[after++]!;
  const back = steps[after];
  const used = next.gas - (last.gas - last.gasCost);
  return back === undefined ? step.gasCost : step.gas - back.gas - used;
}

/** 4 gas for a zero byte, 16 for another. */
function calldataGas(input: string): number {
  let gas = 0;
  for (let at = 2; at < input.length; at += 2) gas += input.slice(at, at + 2) === "00" ? 4 : 16;
  return gas;
}
