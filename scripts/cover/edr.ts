// What Hardhat's engine offers for coverage, with the types that are used here.
import { createRequire } from "node:module";

interface Engine {
  addStatementCoverageInstrumentation(
    source: string,
    name: string,
    version: string,
  ): { source: string; metadata: { tag: Uint8Array; kind: string; startUtf16: number; endUtf16: number }[] };
  latestSupportedSolidityVersion(): string;
}

const require = createRequire(createRequire(import.meta.url).resolve("hardhat"));
const engine = require("@nomicfoundation/edr") as Engine;
const library = require("@nomicfoundation/edr/coverage") as {
  getCoverageLibrary(): { filename: string; content: string };
};

export const { addStatementCoverageInstrumentation, latestSupportedSolidityVersion } = engine;
export const { getCoverageLibrary } = library;
