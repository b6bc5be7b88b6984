import { Bytes } from "@graphprotocol/graph-ts";
import { TokenHolder } from "../generated/schema";
import { ZERO } from "./entities";

export function holder(account: Bytes): TokenHolder {
  let found = TokenHolder.load(account);
  if (!found) {
    found = new TokenHolder(account);
    found.balance = ZERO;
    found.votes = ZERO;
    found.stakedVotes = ZERO;
  }
  return found;
}

/** The id of a holder that a reference leads to: it must be there. */
export function holderId(account: Bytes): Bytes {
  const found = TokenHolder.load(account);
  if (!found) holder(account).save();
  return account;
}
