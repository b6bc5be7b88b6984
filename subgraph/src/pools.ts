import { FeesShared } from "../generated/DelegationPools/DelegationPools";
import { addBalance } from "./entities";

/** Delegators' part of the fees waits in the market, as a balance of the pools' contract. */
export function handleFeesShared(event: FeesShared): void {
  addBalance(event.params.token, event.address, event.params.amount);
}
