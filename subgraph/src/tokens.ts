import { Bytes } from "@graphprotocol/graph-ts";
import { TokenConfig } from "../generated/schema";
import { ZERO } from "./entities";

export function tokenConfig(token: Bytes): TokenConfig {
  let found = TokenConfig.load(token);
  if (!found) {
    found = new TokenConfig(token);
    found.allowed = false;
    found.feeBps = 0;
    found.minBond = ZERO;
    found.minFeeBps = 0;
    found.maxFeeBps = 0;
    found.target = ZERO;
    found.sharesFees = false;
  }
  return found;
}
