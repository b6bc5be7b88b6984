// Loaded before the test files of suites that run contracts: notes what the calls to their chains were refused with, and
// writes it down at the end. scripts/test.ts says which custom errors no test has provoked.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import hre from "hardhat";

const folder = process.env.ASSAY_PROVOKED;
if (folder) {
  const seen = new Set<string>();
  /** The revert data of an answer, with which every failure of a call comes. */
  const note = (failure: unknown) => {
    const data = (failure as { data?: unknown } | undefined)?.data;
    const text = typeof data === "string" ? data : (data as { data?: unknown } | undefined)?.data;
    if (typeof text === "string" && text.length >= 10) seen.add(text.slice(0, 10));
  };
  hre.hooks.registerHandlers("network", {
    async onRequest(context, connection, request, next) {
      try {
        const response = await next(context, connection, request);
        if ("error" in response) note(response.error);
        return response;
      } catch (error) {
        note(error);
        throw error;
      }
    },
  });
  process.once("exit", () => {
    if (seen.size === 0) return;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify([...seen]));
  });
}
