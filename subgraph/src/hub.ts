import { StrategyRegistered } from "../generated/VerificationHub/VerificationHub";
import { setParameter } from "./parameters";

export function handleStrategyRegistered(event: StrategyRegistered): void {
  const number = event.params.number.toString();
  setParameter("VerificationHub", "strategy", number, event.params.strategy.toHexString(), event);
}
