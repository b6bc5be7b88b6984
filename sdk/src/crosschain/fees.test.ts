import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeAbiParameters, type Hex, zeroAddress } from "viem";
import { localRelayFees, relayGas, transferGas } from "./fees.ts";

const BRIDGE = [{ type: "uint256" }, { type: "uint256" }, { type: "bytes" }] as const;
const TRANSFER = [
  { type: "uint64" },
  {
    type: "tuple",
    components: [
      ...["address", "address", "uint128", "uint40", "uint32"].map((type, i) => ({ name: `f${i}`, type })),
      { name: "data", type: "bytes" },
    ],
  },
];

function payload(kind: bigint, callGas: number): Hex {
  const body = encodeAbiParameters(TRANSFER, [
    1n,
    { f0: zeroAddress, f1: zeroAddress, f2: 5n, f3: 9, f4: callGas, data: "0x12" },
  ]);
  const message = encodeAbiParameters(BRIDGE, [1n, kind, body]);
  return encodeAbiParameters([{ type: "bytes" }, { type: "address" }, { type: "bytes" }], ["0x", zeroAddress, message]);
}

test("a transfer costs what its receiver was promised on top of the same for all; XCH-14 asks for a thirty-second more", () => {
  for (const callGas of [0, 32, 250_000, 3_000_000]) {
    assert.equal(relayGas(payload(1n, callGas)), transferGas(callGas));
    assert.equal(transferGas(callGas) - transferGas(0), BigInt(callGas + Math.floor(callGas / 32)));
  }
  assert.equal(relayGas(payload(2n, 3_000_000)), transferGas(0), "receipts and recalls call nobody");
});

test("any bytes have a price: other senders' messages are reckoned to call nothing", () => {
  const bytes = fc.uint8Array({ maxLength: 400 }).map((array): Hex => `0x${Buffer.from(array).toString("hex")}`);
  fc.assert(fc.property(bytes, (data) => assert.equal(relayGas(data), transferGas(0))));
});

test("the local price is gas times the price of a unit", async () => {
  const quote = await localRelayFees(7n).quote({ source: "a", destination: "b", gas: 11n });
  assert.equal(quote, 77n);
});
