import assert from "node:assert/strict";
import { test } from "node:test";
import { type JobTerms, jobId, jobMarketplaceAbi, NO_DEMANDS, packJobTerms } from "@assay/sdk";
import { encodeFunctionData, type Hex, keccak256, numberToHex, pad, zeroAddress } from "viem";
import { jobsIn } from "./calls.ts";

const word = (n: number): Hex => keccak256(numberToHex(n));
const address = (n: number) => pad(numberToHex(n), { size: 20 });
const terms = (n: number): JobTerms => ({
  ...{ requester: address(1), provider: address(2), token: address(3), specHash: word(n), judge: zeroAddress },
  ...{ maxPrice: 5n, minPrice: 5n, bond: 5n, rampStart: 0, rampLength: 0, claimBy: 1000, runTime: 60, window: 60 },
  ...NO_DEMANDS,
  ...{ feeBps: 0, minReputation: 0, generation: 1, lane: 0, policy: 1, version: 2 },
});
const [one, two] = [packJobTerms(terms(1)), packJobTerms(terms(2))];
const ids = [jobId(terms(1)), jobId(terms(2))];
const abi = jobMarketplaceAbi;

test("the jobs of a call are those whose terms it names, by whichever function; of any other call none", () => {
  const items = [one, two].map((words) => ({ terms: words, run: 1n, commitment: word(1) }));
  assert.deepEqual(jobsIn(encodeFunctionData({ abi, functionName: "finalizeBatch", args: [items] })), ids);
  const single = [
    encodeFunctionData({ abi, functionName: "finalize", args: [one, 1n, word(1)] }),
    encodeFunctionData({ abi, functionName: "reject", args: [one, 1n, word(1)] }),
    encodeFunctionData({ abi, functionName: "cancel", args: [one] }),
    encodeFunctionData({ abi, functionName: "expire", args: [one, 1n, word(1), zeroAddress] }),
  ];
  for (const data of single) assert.deepEqual(jobsIn(data), [ids[0]]);
  assert.deepEqual(jobsIn(encodeFunctionData({ abi, functionName: "collect", args: [zeroAddress, zeroAddress] })), []);
  for (const data of ["0x", "0x12345678"] as const) assert.deepEqual(jobsIn(data), []);
});
