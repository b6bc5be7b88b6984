// `npm start`: a paid job, then a dishonest one and its dispute, on a local chain, with real processes.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createShutdown } from "@assay/daemon-kit";
import { playFirstJob } from "./first-job.ts";
import { startNetwork } from "./network.ts";
import { type DemoOptions, HELP, parseOptions } from "./options.ts";
import { type DemoFacts, printFacts, writeFacts } from "./report.ts";
import { playDispute } from "./second-act.ts";
import { createView } from "./view.ts";

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
    const played = await playFirstJob(network, view, options.model);
    const dispute = options.acts > 1 ? await playDispute(network, view, options.engine) : undefined;
    const seconds = (performance.now() - started) / 1000;
    const facts: DemoFacts = { ...played, ...(dispute ? { dispute } : {}), seconds };
    printFacts(view, facts);
    if (options.json) writeFacts(options.json, facts);
    if (options.keep) view.table("Still running (Ctrl-C ends it)", network.addresses);
    else await shutdown.stop();
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    await shutdown.stop(error);
  }
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(HELP);
  else await main(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  console.error(HELP);
  process.exitCode = 1;
}
