import type { Hex } from "viem";
import { protocolTimelockAbi } from "../abis.ts";
import type { AssayContext } from "../context.ts";
import { requireContract } from "../deployment.ts";
import { type ProposalContent, timelockOperationId } from "../governance/proposal.ts";
import { read } from "../internal/read.ts";

const STATES = ["unset", "waiting", "ready", "done"] as const;

export interface TimelockOperation {
  id: Hex;
  /** `unset`: never queued, or cancelled. */
  state: (typeof STATES)[number];
  /** Unix time from which on it can be executed; null while unset and when done. */
  readyAt: number | null;
  /** Seconds that an operation queued now would wait. */
  delay: number;
}

/**
 * What the timelock knows of a proposal.
 * @throws AssayError SDK-007 where the deployment has no governor or timelock
 */
export async function getTimelockOperation(
  context: AssayContext,
  proposal: ProposalContent,
): Promise<TimelockOperation> {
  const governor = requireContract(context.deployment, "AssayGovernor").address;
  const timelock = {
    address: requireContract(context.deployment, "ProtocolTimelock").address,
    abi: protocolTimelockAbi,
  } as const;
  const id = timelockOperationId(governor, proposal);
  const [number, timestamp, delay] = await Promise.all([
    read(context, { ...timelock, functionName: "getOperationState", args: [id] }),
    read(context, { ...timelock, functionName: "getTimestamp", args: [id] }),
    read(context, { ...timelock, functionName: "getMinDelay", args: [] }),
  ]);
  const state = STATES[number]!;
  const readyAt = state === "waiting" || state === "ready" ? Number(timestamp) : null;
  return { id, state, readyAt, delay: Number(delay) };
}
