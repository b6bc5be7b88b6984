import { BigInt, Bytes } from "@graphprotocol/graph-ts";
import { DelegateChanged, DelegateVotesChanged, Transfer } from "../generated/AssayToken/AssayToken";
import { protocol } from "./entities";
import { holder, holderId } from "./holders";
import { NOBODY } from "./log";

export function handleTransfer(event: Transfer): void {
  const amount = event.params.value;
  move(event.params.from, amount.neg());
  move(event.params.to, amount);
  // minting and burning are transfers from and to nobody
  const minted = event.params.from == NOBODY;
  const burned = event.params.to == NOBODY;
  if (!minted && !burned) return;
  const totals = protocol();
  totals.asy = event.address;
  if (minted) totals.supply = totals.supply.plus(amount);
  if (burned) {
    totals.supply = totals.supply.minus(amount);
    totals.burned = totals.burned.plus(amount);
  }
  totals.save();
}

export function handleDelegateChanged(event: DelegateChanged): void {
  const representative: Bytes = event.params.toDelegate;
  const nobody = representative == NOBODY;
  // references must lead somewhere: a representative who never held anything is a holder all the same
  if (!nobody) holderId(representative);
  const found = holder(event.params.delegator);
  if (nobody) found.representative = null;
  else found.representative = representative;
  found.save();
}

export function handleDelegateVotesChanged(event: DelegateVotesChanged): void {
  const found = holder(event.params.delegate);
  found.votes = event.params.newVotes;
  found.save();
}

function move(account: Bytes, amount: BigInt): void {
  if (account == NOBODY) return;
  const found = holder(account);
  found.balance = found.balance.plus(amount);
  found.save();
}
