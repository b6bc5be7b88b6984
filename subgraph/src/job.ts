import { BigInt, Bytes } from "@graphprotocol/graph-ts";
import { Job, JobTerms } from "../generated/schema";
import { addressField, field, toBytes, toNumber } from "./terms";

/** Price rules by their number in contracts/types/JobTypes.sol. */
const RULES: string[] = ["TIME", "BIDS", "DOLLARS"];

/** The six packed words of contracts/libraries/JobTerms.sol. */
export function readTerms(job: Job, terms: JobTerms, t: BigInt[]): void {
  terms.words = t;
  job.maxPrice = field(t[0], 0, 96);
  job.token = addressField(t[1]);
  job.minPrice = field(t[1], 0, 96);
  job.bond = t[2].rightShift(160);
  terms.rampStart = field(t[2], 120, 40);
  terms.rampLength = field(t[2], 96, 24).toI32();
  job.claimBy = field(t[2], 56, 40);
  terms.runTime = field(t[2], 32, 24).toI32();
  terms.feeBps = field(t[2], 16, 16).toI32();
  terms.minReputation = field(t[2], 0, 16).toI32();
  const named = t[3].rightShift(96);
  if (!named.isZero()) job.named = addressField(t[3]);
  terms.generation = field(t[3], 64, 32);
  terms.lane = field(t[3], 48, 16).toI32();
  terms.window = field(t[3], 24, 24).toI32();
  terms.policy = field(t[3], 8, 16).toI32();
  terms.minStake = t[5].rightShift(160);
  terms.capabilities = field(t[5], 96, 64);
  terms.memoryClass = field(t[5], 88, 8).toI32();
  job.rule = RULES[field(t[5], 80, 8).toI32()];
  terms.priceWeight = field(t[5], 64, 16).toI32();
  terms.stakeWeight = field(t[5], 48, 16).toI32();
  terms.reputationWeight = field(t[5], 32, 16).toI32();
}

/** The six words of contracts/libraries/JobSpec.sol. */
export function readSpec(job: Job, terms: JobTerms, s: Bytes[]): void {
  terms.spec = s;
  job.programHash = s[0];
  terms.dataRoot = s[1];
  terms.initState = s[2];
  const shape = toNumber(s[3]);
  job.steps = shape.rightShift(192);
  terms.segmentLength = field(shape, 176, 16).toI32();
  terms.outIdx = field(shape, 160, 16).toI32();
  terms.stateCount = field(shape, 144, 16).toI32();
  terms.rulesVersion = field(shape, 128, 16).toI32();
  terms.refSeconds = field(shape, 88, 40);
  terms.manifest = s[4];
  terms.judge = toBytes(toNumber(s[5]), 20);
}
