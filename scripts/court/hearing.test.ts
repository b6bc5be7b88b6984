import assert from "node:assert/strict";
import { test } from "node:test";
import { loadNodeBackend } from "@assay/exact/node";
import { GAME_LEVEL } from "@assay/sdk";
import { renderWalk } from "../lib/walk-view.ts";
import { hear } from "./hearing.ts";
import { parseOptions } from "./options.ts";

const small = (...args: string[]) => parseOptions(["--program", "small", "--engine", "cpu", "--quick", ...args]);

test("a fault at a named place of an engine's run is walked down to that place and costs the provider its bond", async () => {
  const told: string[] = [];
  const { facts, view } = await hear(small("--fault", "10:8:0:5"), await loadNodeBackend("cpu"), (text) =>
    told.push(text),
  );
  assert.equal(facts.rejected, true);
  assert.deepEqual([facts.providerLost, facts.challengerWon, facts.requesterGot], ["1000", "250", "150"]);
  const judged = facts.moves.at(-1)!.place!;
  assert.deepEqual(
    [judged.level, judged.step, judged.op, judged.node, judged.element],
    [GAME_LEVEL.Prefix, 10, 8, 0, 5],
  );
  assert.equal(facts.gasTotal, facts.gasChallenger + facts.gasProvider);
  const drawn = renderWalk(facts.moves, view).join("\n");
  assert.match(drawn, /segment 2 .*\n.*└ step 10 .*\nstep 10 .*\n.*└ operator 8: MATMUL/);
  assert.match(told.at(-1)!, /^fault: step 10, operator 8 = MATMUL .* element 5: -?\d+ instead of -?\d+$/);
});

test("an honest engine's run, accused anywhere, stands; the judge has found what was committed", async () => {
  for (const seed of ["1", "2", "3"]) {
    const { facts } = await hear(small("--fault", "none", "--seed", seed), await loadNodeBackend("cpu"), () => {});
    assert.equal(facts.rejected, false);
    assert.match(facts.acquittal!, /^expected (-?\d+), found \1$/);
    assert.equal(facts.providerLost, "0");
  }
});

test("a place that the program does not have is refused with what it has", async () => {
  const backend = await loadNodeBackend("cpu");
  const at = (place: string) => hear(small("--fault", place), backend, () => {});
  await assert.rejects(at("64:0:0"), /found step 64 .* wanted 0\.\.63/);
  await assert.rejects(at("0:41:0"), /found operator 41 .* wanted 0\.\.40/);
  await assert.rejects(at("0:8:2"), /found tile of operator 8 2 .* wanted 0\.\.1/);
  await assert.rejects(at("0:8:0:255"), /outside the 4 x 18 of operator 8/);
  await assert.rejects(
    hear(parseOptions(["--program", "nothing.json"]), backend, () => {}),
    /is no file here/,
  );
});
