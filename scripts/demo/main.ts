// `npm start`: a paid job, a dishonest one and its dispute, and a user on another chain; real processes, local chains.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createShutdown } from "@assay/daemon-kit";
import { runMain } from "../lib/run-main.ts";
import { playFirstJob } from "./first-job.ts";
import { type DemoIndex, factsFromIndex, startDemoIndex } from "./index-table.ts";
import { type DemoNetwork, startNetwork } from "./network.ts";
import { type DemoOptions, HELP, parseOptions } from "./options.ts";
import { type DemoFacts, printFacts, writeFacts } from "./report.ts";
import { playDispute } from "./second-act.ts";
import { startSecondChain } from "./second-chain.ts";
import { playRemoteJob } from "./third-act.ts";
import { createView, type View } from "./view.ts";

/** The database of the index closes within this time. */
const STOP_MS = 30_000;

async function main(options: DemoOptions): Promise<void> {
  const started = performance.now();
  const view = createView(process.stdout);
  const dir = mkdtempSync(join(tmpdir(), "assay-demo-"));
  const shutdown = createShutdown({
    onFailure: ({ name, error }) => console.error(`could not stop ${name}: ${String(error)}`),
  });
  shutdown.register("folder", () => rmSync(dir, { recursive: true, force: true }));
  try {
    const network = await startNetwork(dir, options.engine, view, shutdown.register);
    const index = startDemoIndex(network, dir);
    shutdown.register("index", async () => {
      const started = await index;
      if ("indexer" in started) await started.indexer.process.stop(STOP_MS);
    });
    const second = options.acts > 2 ? startSecondChain(network, dir, shutdown.register) : undefined;
    // told where it is waited for
    second?.catch(() => {});
    const played = await playFirstJob(network, view, options.model);
    const dispute = options.acts > 1 ? await playDispute(network, view, options.engine) : undefined;
    const remote = second ? await playRemoteJob(network, second, view) : undefined;
    const acts = { ...played, ...(dispute ? { dispute } : {}), ...(remote ? { remote } : {}) };
    const told = await tell(acts, await index, network, view);
    const facts: DemoFacts = { ...told, seconds: (performance.now() - started) / 1000 };
    printFacts(view, facts);
    if (options.json) writeFacts(options.json, facts);
    if (options.keep) view.table("Still running (Ctrl-C ends it)", network.addresses);
    else await shutdown.stop();
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    await shutdown.stop(error);
  }
}

/** The facts of the closing table, from the index where there is one. */
async function tell(
  facts: Omit<DemoFacts, "seconds">,
  index: DemoIndex,
  network: DemoNetwork,
  view: View,
): Promise<Omit<DemoFacts, "seconds">> {
  if ("indexer" in index) return factsFromIndex(index, network, facts);
  view.note(`no index here, the chain answers instead: ${index.missing.split("\n").slice(0, 3).join(" ")}`);
  return facts;
}

await runMain({ help: HELP, parse: parseOptions }, main);
