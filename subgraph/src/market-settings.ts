import { BigInt, Bytes, ethereum } from "@graphprotocol/graph-ts";
import {
  BaseFeeMoved,
  FeeRangeSet,
  FeeSharesSet,
  LaneRetired,
  MinWindowSet,
  PauseSet,
  SignaturesRevoked,
  TokenConfigured,
  TreasurySet,
} from "../generated/JobMarketplace/JobMarketplace";
import { Lane, Signer } from "../generated/schema";
import { protocol, requester } from "./entities";
import { setParameter } from "./parameters";
import { tokenConfig } from "./tokens";

const MARKET = "JobMarketplace";

export function handleBaseFeeMoved(event: BaseFeeMoved): void {
  setFee(event.params.token, event.params.current, event);
}

export function handleFeeRangeSet(event: FeeRangeSet): void {
  setFee(event.params.token, event.params.feeBps, event);
  setRange(event.params.token, event.params.minFeeBps, event.params.maxFeeBps, event);
  const config = tokenConfig(event.params.token);
  config.target = event.params.target;
  config.save();
  setParameter(MARKET, "target", event.params.token.toHexString(), event.params.target.toString(), event);
}

export function handleTokenConfigured(event: TokenConfigured): void {
  const token = event.params.token;
  const feeBps = BigInt.fromI32(event.params.feeBps);
  const config = tokenConfig(token);
  config.allowed = event.params.allowed;
  config.minBond = event.params.minBond;
  config.save();
  const subject = token.toHexString();
  setParameter(MARKET, "allowed", subject, event.params.allowed ? "true" : "false", event);
  setParameter(MARKET, "minBond", subject, event.params.minBond.toString(), event);
  // a token that is configured anew has a fee that does not move
  setFee(token, feeBps, event);
  setRange(token, feeBps, feeBps, event);
}

export function handleFeeSharesSet(event: FeeSharesSet): void {
  setParameter(MARKET, "tipBps", "", event.params.tipBps.toString(), event);
  setParameter(MARKET, "burnBps", "", event.params.burnBps.toString(), event);
}

export function handleMinWindowSet(event: MinWindowSet): void {
  setParameter(MARKET, "minWindow", "", event.params.current.toString(), event);
}

export function handlePauseSet(event: PauseSet): void {
  const totals = protocol();
  totals.pauseBits = event.params.current;
  totals.save();
  setParameter(MARKET, "pauseBits", "", event.params.current.toString(), event);
}

export function handleTreasurySet(event: TreasurySet): void {
  const totals = protocol();
  totals.treasury = event.params.current;
  totals.save();
  setParameter(MARKET, "treasury", "", event.params.current.toHexString(), event);
}

export function handleLaneRetired(event: LaneRetired): void {
  const owner = requester(event.params.requester);
  owner.save();
  const number = event.params.lane.toI32();
  const id = owner.id.concatI32(number);
  let lane = Lane.load(id);
  if (!lane) {
    lane = new Lane(id);
    lane.requester = owner.id;
    lane.lane = number;
  }
  lane.generation = event.params.generation;
  lane.retired = true;
  lane.save();
}

export function handleSignaturesRevoked(event: SignaturesRevoked): void {
  const signer = new Signer(event.params.signer);
  signer.epoch = event.params.epoch;
  signer.revokedAt = event.block.timestamp;
  signer.save();
}

function setFee(token: Bytes, feeBps: BigInt, event: ethereum.Event): void {
  const config = tokenConfig(token);
  config.feeBps = feeBps.toI32();
  config.save();
  setParameter(MARKET, "feeBps", token.toHexString(), feeBps.toString(), event);
}

function setRange(token: Bytes, min: BigInt, max: BigInt, event: ethereum.Event): void {
  const config = tokenConfig(token);
  config.minFeeBps = min.toI32();
  config.maxFeeBps = max.toI32();
  config.save();
  setParameter(MARKET, "minFeeBps", token.toHexString(), min.toString(), event);
  setParameter(MARKET, "maxFeeBps", token.toHexString(), max.toString(), event);
}
