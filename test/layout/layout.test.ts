import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { REPOSITORY } from "../../scripts/deploy/artifacts.ts";
import { breaks, type Layout, namespaceSlot, readLayouts } from "../../scripts/lib/storage-layout.ts";

const snapshot = (name: string): Layout =>
  JSON.parse(readFileSync(join(REPOSITORY, "test", "layout", `${name}.json`), "utf8"));

describe("storage layouts, UPG-02", () => {
  test("ERC-7201 slots follow the formula", () => {
    // the example of the standard's text
    assert.equal(
      namespaceSlot("example.main"),
      "0x183a6125c38840424c4a85fa12bab2ab606c4b6d0e7cc73c0c06ba5300eab500",
    );
    for (const name of ["StakingManager", "DelegationPools", "SlashingManager", "ReputationRegistry", "ProviderRegistry", "PriceFeeds", "JobMarketplace", "VerificationHub", "AssayToken", "ProtocolAuthority", "ProtocolTimelock", "AssayGovernor", "Treasury", "ParameterCouncil", "QuadraticGrants"]) {
      for (const [id, { slot }] of Object.entries(snapshot(name))) assert.equal(slot, namespaceSlot(id), id);
    }
  });

  test("the next versions append and break nothing", () => {
    const name = "JobMarketplaceV2";
    const layout = readLayouts({ [name]: "mocks/Upgrades.sol" })[name]!;
    assert.deepEqual(breaks(snapshot("JobMarketplace"), layout), []);
    assert.ok(layout["assay.storage.Addition"]);
  });

  test("a moved, retyped, renamed or dropped field is found; an appended one is none", () => {
    const old = snapshot("StakingManager");
    const id = "assay.storage.StakingManager";
    const account = "struct StakingManager.Account";
    const changed = (change: (layout: Layout) => void) => {
      const layout = structuredClone(old);
      change(layout);
      return breaks(old, layout);
    };
    assert.deepEqual(changed(() => {}), []);
    const appended = { label: "more", slot: 8, offset: 0, type: "uint256" };
    assert.deepEqual(changed((layout) => layout[id]!.fields.push(appended)), []);
    assert.equal(changed((layout) => layout[id]!.fields.shift()).length, 1);
    assert.equal(changed((layout) => layout[id]!.fields.reverse().forEach((field, slot) => { field.slot = slot; })).length, 8);
    assert.match(changed((layout) => (layout[id]!.types[account]![0]!.type = "uint128"))[0]!, /word .* became word \(uint128\)/);
    assert.match(changed((layout) => (layout[id]!.fields[4]!.label = "debts"))[0]!, /owed .* became debts/);
    assert.match(changed((layout) => delete layout[id])[0]!, /is gone/);
  });
});
