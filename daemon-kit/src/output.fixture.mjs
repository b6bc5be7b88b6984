// The program that output.test.ts starts as the others are started: it prints, and does its work in between.
import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { launch } from "../bin/launch.mjs";
import { runCommandLine } from "./command-line.ts";
import { createLogger } from "./logger.ts";

/** @param {string} work a file to be written @param {string} code */
async function print(work, code) {
  const log = createLogger({ name: "fixture" });
  for (let line = 0; line < 100; line++) {
    process.stdout.write(`${"x".repeat(1000)}\n`);
    log.info({ line }, "printed");
    // The news of a stream that failed comes later.
    await new Promise((resolve) => setImmediate(resolve));
  }
  writeFileSync(work, "done");
  process.exitCode = Number(code);
}

const program = new Command("fixture").argument("<work>").argument("<code>").action(print);
await launch({
  script: import.meta.url,
  code: "DK-000",
  load: async () => ({ main: (argv) => runCommandLine(program, argv) }),
});
