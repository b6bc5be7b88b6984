import { Deposited, EarningsCollected, SettlementTipped, Withdrawn } from "../generated/JobMarketplace/JobMarketplace";
import { addBalance, earnings, protocol, ZERO } from "./entities";
import { NOBODY } from "./log";
import { pay } from "./timeline";

export function handleDeposited(event: Deposited): void {
  const token = event.params.token;
  addBalance(token, event.params.account, event.params.amount);
  pay("DEPOSIT", token, event.params.from, event.params.account, event.params.amount, event);
}

export function handleWithdrawn(event: Withdrawn): void {
  const token = event.params.token;
  addBalance(token, event.params.account, event.params.amount.neg());
  pay("WITHDRAWAL", token, event.params.account, event.params.to, event.params.amount, event);
}

export function handleEarningsCollected(event: EarningsCollected): void {
  const token = event.params.token;
  const worker = event.params.provider;
  const earned = earnings(token, worker);
  earned.gross = ZERO;
  earned.fee = ZERO;
  earned.save();
  const treasury = protocol().treasury;
  const fee = event.params.fee.minus(event.params.burned);
  addBalance(token, worker, event.params.net);
  addBalance(token, treasury, fee);
  pay("EARNINGS", token, NOBODY, worker, event.params.net, event, 0);
  pay("FEE", token, worker, treasury, fee, event, 1);
  pay("FEE_BURN", token, worker, NOBODY, event.params.burned, event, 2);
}

export function handleSettlementTipped(event: SettlementTipped): void {
  const token = event.params.token;
  const earned = earnings(token, event.params.provider);
  earned.gross = earned.gross.minus(event.params.tip);
  earned.fee = earned.fee.minus(event.params.tip);
  earned.save();
  addBalance(token, event.params.keeper, event.params.tip);
  pay("TIP", token, event.params.provider, event.params.keeper, event.params.tip, event);
}
