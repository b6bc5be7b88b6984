import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { getAddress } from "viem";
import { malleable } from "../../support/malleable.ts";
import { createScene, type Scene } from "../../support/scene.ts";

let scene: Scene;
before(async () => {
  scene = await createScene();
});
beforeEach(() => scene.reset());
after(() => scene.world.close());

const TYPES = {
  Record: [
    { name: "provider", type: "address" },
    { name: "sequence", type: "uint32" },
    { name: "capabilities", type: "uint64" },
    { name: "memoryClass", type: "uint8" },
    { name: "expiry", type: "uint40" },
    { name: "pricePerHour", type: "uint96" },
    { name: "endpoint", type: "string" },
  ],
};
const record = (change: object = {}) => ({
  provider: scene.provider.address,
  sequence: 1,
  capabilities: 3n,
  memoryClass: 5,
  expiry: scene.world.now + 1_000,
  pricePerHour: 7n,
  endpoint: "https://provider.example",
  ...change,
});
const domain = (change: object = {}) => ({
  name: "Assay provider registry",
  version: "1",
  chainId: 31337,
  verifyingContract: scene.world.registry.address,
  ...change,
});
const sign = (message: object, by = scene.provider, change: object = {}) =>
  by.sign({ domain: domain(change), types: TYPES, primaryType: "Record", message });
const found = () => scene.world.read(scene.world.registry, "capabilitiesOf", [scene.provider.address]);

describe("provider registry, REG", () => {
  test("provider and operator set a record, nobody else, REG-01", async () => {
    const { world, provider, operator, anyone } = scene;
    await provider.send(world.registry, "setRecord", [record()]);
    assert.deepEqual(await found(), [3n, 5]);
    const { events } = await operator.send(world.registry, "setRecord", [record({ sequence: 2, capabilities: 1n })]);
    assert.equal(events[0]!.args.endpoint, "https://provider.example");
    assert.deepEqual(await found(), [1n, 5]);
    const whose = [getAddress(provider.address), getAddress(anyone.address)];
    await anyone.refused(world.registry, "setRecord", [record({ sequence: 3 })], "Registry_NotOperator", whose);
  });

  test("anyone brings a signed record, once, and never an older one, REG-02", async () => {
    const { world, anyone } = scene;
    const signed = async (message: object) => [message, await sign(message)];
    const old = await signed(record());
    const newer = await signed(record({ sequence: 9, memoryClass: 6 }));
    await anyone.send(world.registry, "setSignedRecord", newer);
    await anyone.refused(world.registry, "setSignedRecord", newer, "Registry_OldSequence", [9n, 9n]);
    await anyone.refused(world.registry, "setSignedRecord", old, "Registry_OldSequence", [1n, 9n]);
    assert.deepEqual(await found(), [3n, 6]);
  });

  test("other signers, chains, contracts and contents, malleable and expired ones are refused, REG-03", async () => {
    const { world, anyone } = scene;
    const message = record();
    const bad = [
      await sign(message, anyone),
      await sign(message, scene.operator),
      await sign(message, scene.provider, { chainId: 1 }),
      await sign(message, scene.provider, { verifyingContract: world.market.address }),
      await sign(record({ endpoint: "https://other.example" })),
      await sign(record({ capabilities: 7n })),
      malleable(await sign(message)),
    ];
    for (const signature of bad) {
      await anyone.refused(world.registry, "setSignedRecord", [message, signature], "Registry_BadSignature");
    }
    const over = record({ expiry: world.now });
    await anyone.refused(world.registry, "setSignedRecord", [over, await sign(over)], "Registry_Expired");
  });

  test("a record ends by itself; its bounds are checked, REG-04", async () => {
    const { world, provider } = scene;
    const refused = (change: object, error: string) =>
      provider.refused(world.registry, "setRecord", [record(change)], error);
    await refused({ expiry: world.now }, "Registry_Expired");
    await refused({ expiry: world.now + 366 * 86_400 + 1 }, "Registry_ExpiryTooFar");
    await refused({ endpoint: "x".repeat(201) }, "Registry_EndpointTooLong");
    await refused({ sequence: 0 }, "Registry_OldSequence");
    await provider.send(world.registry, "setRecord", [record({ endpoint: "x".repeat(200) })]);
    world.pass(1_000);
    assert.deepEqual(await found(), [3n, 5], "its last second");
    world.pass(1);
    assert.deepEqual(await found(), [0n, 0]);
    const [sequence] = await world.read<readonly [number]>(world.registry, "recordOf", [provider.address]);
    assert.equal(sequence, 1);
  });
});
