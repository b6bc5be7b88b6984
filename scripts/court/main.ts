// `npm run court`: a fault, the dispute over it, and what it costs, on a local chain.
import { loadNodeBackend } from "@assay/exact/node";
import { productionHardhat } from "../lib/production.ts";
import { roundsOf } from "../lib/walk.ts";
import { renderWalk } from "../lib/walk-view.ts";
import type { Hearing } from "./hearing.ts";
import { type CourtOptions, HELP, parseOptions } from "./options.ts";

async function main(options: CourtOptions): Promise<void> {
  const tell = (text: string): void => {
    if (!options.json) console.log(text);
  };
  if (!options.quick) {
    tell("building the contracts as they are deployed (--quick spares this)");
    await productionHardhat();
  }
  // what is imported from here on reads the build that was just chosen
  const { hear } = await import("./hearing.ts");
  const hearing = await hear(options, await loadNodeBackend(options.engine), tell);
  if (options.json) console.log(JSON.stringify(asJson(hearing)));
  else print(hearing);
}

/** The facts with the walk in place of the raw reveals, which would fill pages. */
function asJson({ facts, view }: Hearing) {
  const walk = roundsOf(facts.moves, view).map(({ place, moves, ...round }) => ({ ...place, ...round }));
  const moves = facts.moves.map(({ by, name, gas, at }) => ({ by, name, gas, at }));
  return { ...facts, moves, walk };
}

function print({ facts, view }: Hearing): void {
  console.log(`\n${renderWalk(facts.moves, view).join("\n")}\n`);
  if (facts.rejected) {
    console.log("The result is rejected.");
    console.log(`  provider loses     ${facts.providerLost} ASY of its stake`);
    console.log(`  challenger gets    ${facts.challengerWon} ASY, and its bond back`);
    console.log(`  requester gets     ${facts.requesterGot} ASY, and its price back`);
  } else {
    console.log(`The judge finds no fault (${facts.acquittal}); the challenger's clock runs out, its bond is lost.`);
    console.log(`  provider loses     ${facts.providerLost} ASY`);
  }
  console.log(`  both sides' work   ${facts.wallSeconds.toFixed(1)} s`);
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(HELP);
  else await main(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  console.error("npm run court -- --help shows the options");
  process.exitCode = 1;
}
