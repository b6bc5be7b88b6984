import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { IntTensor } from "../../exact/src/types.ts";
import { buildsOf } from "./support/builds.ts";
import { Court } from "./support/court.ts";
import { Accuser, Defender, play } from "./support/players.ts";
import type { Tamper } from "./support/run.ts";
import { smallTask } from "./support/tasks.ts";

/** Adds one to element `index` of one value. */
function fault(step: number, op: number, index: number): Tamper {
  return {
    value(s, j, value): IntTensor {
      if (s !== step || j !== op) return value;
      const data = value.data.slice();
      data[index]! += data[index]! > 100 ? -1 : 1;
      return { ...value, data };
    },
  };
}

describe("the walk", () => {
  let court: Court;
  before(async () => {
    court = await Court.open(buildsOf());
  });
  after(() => court.close());

  test("one weight changed by one costs the provider its stake", async () => {
    const suit = await court.submit(smallTask(), { tamper: fault(3, 37, 5) });
    const accuser = new Accuser(suit, suit.honest, await court.fund(court.world.accounts[5]!));
    const moves = await play(court, accuser, new Defender(suit, suit.claimed));
    console.log("moves", moves);
    assert.equal((await court.docket(suit.commitment)).rejected, true);
    assert.equal(await court.verdict(suit), 2);
  });
});
