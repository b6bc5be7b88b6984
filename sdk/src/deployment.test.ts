import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDeployment } from "./deployment.ts";
import { AssayError } from "./errors.ts";
import { sampleDeployment } from "./testing/chain.ts";

test("a deployment file is read, addresses checksummed, unknown keys dropped", () => {
  const file = sampleDeployment();
  file.contracts.JobMarketplace.address = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
  const parsed = parseDeployment({ ...file, comment: "x", name: "local", config: { a: 1 } });
  assert.equal(parsed.contracts.JobMarketplace.address, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
  assert.equal(parsed.name, "local");
  assert.deepEqual(parsed.config, { a: 1 });
  assert.ok(!("comment" in parsed));
  assert.deepEqual(parseDeployment(JSON.parse(JSON.stringify(parsed))), parsed);
});

test("each fault names its field, what was found and what was wanted", () => {
  const good = sampleDeployment();
  const market = good.contracts.JobMarketplace;
  const withMarket = (entry: unknown) => ({ ...good, contracts: { ...good.contracts, JobMarketplace: entry } });
  const faults: [unknown, RegExp][] = [
    [null, /deployment is not valid: found null, wanted an object/],
    [[], /deployment is not valid/],
    [{ ...good, chainId: "1" }, /chainId.*found "1", wanted a whole number/],
    [{ ...good, startBlock: -1 }, /startBlock.*found -1/],
    [{ ...good, contracts: {} }, /contracts\.ProtocolAuthority.*found nothing/],
    [withMarket(undefined), /contracts\.JobMarketplace/],
    [withMarket({ ...market, address: "0x12" }), /contracts\.JobMarketplace\.address.*"0x12".*an address/],
    [withMarket({ ...market, version: "" }), /contracts\.JobMarketplace\.version/],
    [withMarket({ ...market, startBlock: 1.5 }), /contracts\.JobMarketplace\.startBlock/],
    [withMarket({ ...market, implementation: 5 }), /contracts\.JobMarketplace\.implementation/],
  ];
  for (const [file, message] of faults) {
    assert.throws(
      () => parseDeployment(file),
      (error) => error instanceof AssayError && error.code === "SDK-003" && message.test(error.message),
    );
  }
});
