import { BigInt, Bytes } from "@graphprotocol/graph-ts";
import { Job } from "../generated/schema";
import { addressField, field, toBytes, toNumber } from "./terms";

/** Price rules by their number in contracts/types/JobTypes.sol. */
const RULES: string[] = ["TIME", "BIDS", "DOLLARS"];

/** The six packed words of contracts/libraries/JobTerms.sol. */
export function readTerms(job: Job, t: BigInt[]): void {
  job.terms = t;
  job.maxPrice = field(t[0], 0, 96);
  job.token = addressField(t[1]);
  job.minPrice = field(t[1], 0, 96);
  job.bond = t[2].rightShift(160);
  job.rampStart = field(t[2], 120, 40);
  job.rampLength = field(t[2], 96, 24).toI32();
  job.claimBy = field(t[2], 56, 40);
  job.runTime = field(t[2], 32, 24).toI32();
  job.feeBps = field(t[2], 16, 16).toI32();
  job.minReputation = field(t[2], 0, 16).toI32();
  const named = t[3].rightShift(96);
  if (!named.isZero()) job.named = addressField(t[3]);
  job.generation = field(t[3], 64, 32);
  job.lane = field(t[3], 48, 16).toI32();
  job.window = field(t[3], 24, 24).toI32();
  job.policy = field(t[3], 8, 16).toI32();
  job.minStake = t[5].rightShift(160);
  job.capabilities = field(t[5], 96, 64);
  job.memoryClass = field(t[5], 88, 8).toI32();
  job.rule = RULES[field(t[5], 80, 8).toI32()];
  job.priceWeight = field(t[5], 64, 16).toI32();
  job.stakeWeight = field(t[5], 48, 16).toI32();
  job.reputationWeight = field(t[5], 32, 16).toI32();
}

/** The six words of contracts/libraries/JobSpec.sol. */
export function readSpec(job: Job, s: Bytes[]): void {
  job.spec = s;
  job.programHash = s[0];
  job.dataRoot = s[1];
  job.initState = s[2];
  const shape = toNumber(s[3]);
  job.steps = shape.rightShift(192);
  job.segmentLength = field(shape, 176, 16).toI32();
  job.outIdx = field(shape, 160, 16).toI32();
  job.stateCount = field(shape, 144, 16).toI32();
  job.rulesVersion = field(shape, 128, 16).toI32();
  job.refSeconds = field(shape, 88, 40);
  job.manifest = s[4];
  job.judge = toBytes(toNumber(s[5]), 20);
}
