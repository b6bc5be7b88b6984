import { StakeCapSet, TierSet } from "../generated/ReputationRegistry/ReputationRegistry";
import { Tier } from "../generated/schema";
import { setParameter } from "./parameters";

const REGISTRY = "ReputationRegistry";

export function handleTierSet(event: TierSet): void {
  const number = event.params.tier.toString();
  const tier = new Tier(number);
  tier.capacity = event.params.capacity;
  tier.score = event.params.score;
  tier.save();
  setParameter(REGISTRY, "tierCapacity", number, event.params.capacity.toString(), event);
  setParameter(REGISTRY, "tierScore", number, event.params.score.toString(), event);
}

export function handleStakeCapSet(event: StakeCapSet): void {
  setParameter(REGISTRY, "stakeCap", "", event.params.current.toString(), event);
}
