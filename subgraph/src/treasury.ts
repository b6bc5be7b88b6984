import { Bytes } from "@graphprotocol/graph-ts";
import { TreasuryAccount, TreasuryGrant } from "../generated/schema";
import { FeesFetched, Granted, Paid } from "../generated/Treasury/Treasury";
import { ZERO } from "./entities";
import { NOBODY } from "./log";
import { pay } from "./timeline";

export function handleFeesFetched(event: FeesFetched): void {
  pay("TREASURY_FETCH", event.params.token, NOBODY, event.address, event.params.amount, event);
}

export function handlePaid(event: Paid): void {
  const account = accountOf(event.params.token);
  account.paid = account.paid.plus(event.params.amount);
  account.save();
  pay("TREASURY_PAYMENT", event.params.token, event.address, event.params.to, event.params.amount, event);
}

export function handleGranted(event: Granted): void {
  const account = accountOf(event.params.token);
  account.granted = account.granted.plus(event.params.amount);
  account.save();
  const grant = new TreasuryGrant(event.params.id.toString());
  grant.token = event.params.token;
  grant.beneficiary = event.params.beneficiary;
  grant.wallet = event.params.wallet;
  grant.amount = event.params.amount;
  grant.start = event.params.start;
  grant.duration = event.params.duration;
  grant.transaction = event.transaction.hash;
  grant.time = event.block.timestamp;
  grant.save();
  pay("TREASURY_GRANT", event.params.token, event.address, event.params.wallet, event.params.amount, event);
}

function accountOf(token: Bytes): TreasuryAccount {
  let found = TreasuryAccount.load(token);
  if (!found) {
    found = new TreasuryAccount(token);
    found.paid = ZERO;
    found.granted = ZERO;
  }
  return found;
}
