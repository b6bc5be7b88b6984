import { ASY_UNIT } from "../../test/support/actor.ts";
import { createGoverned, FOR, propose } from "../../test/support/governed.ts";
import type { Trace } from "./where.ts";

/**
 * Gas of a vote with a reason (`castVoteWithReason`), by somebody with liquid and staked tokens, on a proposal that others
 * have voted for before and that has reached its quorum.
 */
export async function voteGas(trace: Trace): Promise<number> {
  const governed = await createGoverned();
  const { world, governor, whale, alice } = governed;
  try {
    await alice.send(world.asy, "delegate", [alice.address]);
    await alice.stake(50_000n * ASY_UNIT);
    world.pass(10);
    const { id } = await propose(governed, [{ to: world.staking, functionName: "setThawPeriod", args: [86_400] }]);
    await whale.send(governor, "castVote", [id, FOR]);
    world.pass(60);
    const voted = await alice.send(governor, "castVoteWithReason", [id, FOR, "a day is long enough"]);
    await trace("vote", world, voted);
    return Number(voted.gasUsed);
  } finally {
    await world.close();
  }
}
