import fc from "fast-check";
import { type Address, getAddress, type Hex } from "viem";
import type { JobSpec, JobTerms, RunWord } from "../codec/types.ts";

const hex = (bytes: number): fc.Arbitrary<Hex> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((data): Hex => `0x${Buffer.from(data).toString("hex")}`);

export const bytes32: fc.Arbitrary<Hex> = hex(32);
export const address: fc.Arbitrary<Address> = hex(20).map((value) => getAddress(value));
const amount = (bits: number) => fc.bigInt(0n, (1n << BigInt(bits)) - 1n);
const count = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });
const big = (bits: number) => fc.bigInt(0n, (1n << BigInt(bits)) - 1n).map(Number);

/** Objects as literals make them, so that deep equality compares fields only. */
const PLAIN = { noNullPrototype: true };

/** Any terms whose fields fit their bits. */
export const jobTerms: fc.Arbitrary<JobTerms> = fc.record(
  {
    requester: address,
    maxPrice: amount(96),
    token: address,
    minPrice: amount(96),
    bond: amount(96),
    rampStart: big(40),
    rampLength: count(24),
    claimBy: big(40),
    runTime: count(24),
    feeBps: count(16),
    minReputation: count(16),
    provider: address,
    generation: big(32),
    lane: count(16),
    window: count(24),
    policy: count(16),
    version: count(8),
    specHash: bytes32,
    minStake: amount(96),
    capabilities: amount(64),
    memoryClass: count(8),
    rule: count(8),
    priceWeight: count(16),
    stakeWeight: count(16),
    reputationWeight: count(16),
  },
  PLAIN,
);

/** Any spec inside DSP-06. */
export const jobSpec: fc.Arbitrary<JobSpec> = fc.integer({ min: 1, max: 64 }).chain((stateCount) =>
  fc.record(
    {
      programHash: bytes32,
      dataRoot: bytes32,
      initState: bytes32,
      steps: fc.bigInt(1n, 1n << 40n).map(Number),
      segmentLength: fc.integer({ min: 1, max: 64 }),
      outIdx: fc.integer({ min: 0, max: stateCount - 1 }),
      stateCount: fc.constant(stateCount),
      rulesVersion: fc.constant(1),
      refSeconds: big(40),
      inputs: bytes32,
      judge: address,
    },
    PLAIN,
  ),
);

export const runWord: fc.Arbitrary<RunWord> = fc.record(
  { provider: address, claimedAt: big(40), span: count(24), rescued: count(1), quote: big(31) },
  PLAIN,
);
