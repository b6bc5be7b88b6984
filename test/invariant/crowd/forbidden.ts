import { zeroAddress } from "viem";
import { penalty } from "../../support/scene.ts";
import { CAST, type Play, type Stage, UNIT } from "./stage.ts";

/** A power that nobody in the crowd has, tried by somebody. */
export function forbidden(stage: Stage): Play {
  const { world, random, people, providers } = stage;
  const { staking, pools, slashing, market, asy, hub, reputation } = world;
  const victim = random.pick(providers);
  const somebody = random.pick(people);
  const fine = penalty(somebody, 1n, 1n);
  const everyone: readonly (readonly [Play["to"], string, readonly unknown[]])[] = [
    [staking, "lock", [victim, victim, UNIT, 0n, 0n]],
    [staking, "release", [victim, 1n, true]],
    [staking, "hold", [victim, 1n]],
    [staking, "forfeit", [victim, 2n, fine]],
    [staking, "mintVotes", [somebody, UNIT]],
    [staking, "burnVotes", [somebody, 1n]],
    [pools, "shareFees", [victim, asy.address, UNIT]],
    [pools, "slashPool", [victim, 1n]],
    [slashing, "slash", [1, victim, 1n, somebody, zeroAddress]],
  ];
  const notAdmin: typeof everyone = [
    [asy, "mint", [somebody, UNIT]],
    [market, "setPause", [3]],
    [market, "setTreasury", [somebody]],
    [market, "setFeeShares", [1, 1]],
    [market, "setFeeRange", [asy.address, 1, 2, UNIT]],
    [market, "upgradeToAndCall", [staking.address, "0x"]],
    [staking, "setThawPeriod", [3_600]],
    [staking, "setAuditFund", [somebody]],
    [slashing, "openCase", [3, victim, somebody, 1n, `0x${"00".repeat(32)}`]],
    [slashing, "setDelay", [86_400]],
    [hub, "registerStrategy", [9, stage.strategy.address]],
    [reputation, "setStakeCap", [UNIT]],
    [pools, "addFeeToken", [somebody]],
  ];
  const anyone = random.chance(50);
  const [to, functionName, args] = random.pick(anyone ? everyone : notAdmin);
  const who = anyone ? random.below(people.length) : random.between(CAST.admin + 1, people.length - 1);
  return { name: `forbidden ${functionName}`, who, to, functionName, args, forbidden: true };
}
