// The upkeep coordinator of a deployment, and the calldata of its duties.
import assert from "node:assert/strict";
import { encodeFunctionData, type Hex } from "viem";
import { readArtifact } from "../../../scripts/deploy/artifacts.ts";
import { type Job, settlement } from "../../support/actor.ts";
import { Refusal, type Target, type World } from "../../support/world.ts";

const { abi } = readArtifact("UpkeepCoordinator");

export function coordinatorOf(world: World): Target {
  const { address } = world.deployment.contracts.UpkeepCoordinator!;
  return world.watch({ address, abi });
}

export function duty(functionName: string, args: readonly unknown[]): Hex {
  return encodeFunctionData({ abi, functionName, args: args as unknown[] });
}

export function settle(jobs: readonly Job[]): Hex {
  return duty("settle", [jobs.map(settlement)]);
}

/** For assert.rejects: a contract's own refusal, by its name. */
export function refusedWith(errorName: string): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof Refusal, String(error));
    assert.equal(error.errorName, errorName);
    return true;
  };
}
