import assert from "node:assert/strict";
import { test } from "node:test";
import { keccak256 } from "viem";
import { claimNonce, dataRoot, resultCommitment, stateHash } from "./commitments.ts";

const A = `0x${"aa".repeat(32)}` as const;
const B = `0x${"bb".repeat(32)}` as const;
const C = `0x${"cc".repeat(32)}` as const;
const D = `0x${"dd".repeat(32)}` as const;
const body = (hex: string) => hex.slice(2);

test("DSP-05: tag, step, count and roots, written out", () => {
  assert.equal(stateHash(258, [A, B]), keccak256(`0x0300000000000001020002${body(A)}${body(B)}`));
  assert.equal(stateHash(0n, []), keccak256("0x0300000000000000000000"));
  assert.throws(() => stateHash(-1, []), /SDK-001.*step/);
  assert.throws(() => stateHash(1n << 64n, []), /SDK-001.*step/);
  assert.throws(() => stateHash(0, [A, "0x12"]), /SDK-001.*roots\[1\]/);
});

test("the data root covers the constants in order", () => {
  assert.equal(dataRoot([A, B]), keccak256(`0x0f${body(A)}${body(B)}`));
  assert.notEqual(dataRoot([A, B]), dataRoot([B, A]));
});

test("DSP-11: the nonce's preimage, written out", () => {
  const market = `0x${"11".repeat(20)}` as const;
  const provider = `0x${"22".repeat(20)}` as const;
  const nonce = claimNonce({ chainId: 31337, market, id: A, provider, parentHash: B, prevRandao: C });
  const chain = "0000000000000000000000000000000000000000000000000000000000007a69";
  assert.equal(nonce, keccak256(`0x0a${chain}${body(market)}${body(A)}${body(provider)}${body(B)}${body(C)}`));
});

test("DSP-13: the commitment's preimage, written out", () => {
  const commitment = resultCommitment({ id: A, nonce: B, runRoot: C, finalState: D });
  assert.equal(commitment, keccak256(`0x0b${body(A)}${body(B)}${body(C)}${body(D)}`));
  assert.throws(() => resultCommitment({ id: A, nonce: B, runRoot: "0x", finalState: D }), /SDK-001.*runRoot/);
});
