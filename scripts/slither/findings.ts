import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "../deploy/artifacts.ts";
import { readSource } from "../lib/solidity.ts";

/** Something that Slither has found in our sources. */
export interface Finding {
  /** the detector's name */
  check: string;
  impact: string;
  /** e.g. `MarketOrders.rescue`, without lines, which move */
  place: string;
  text: string;
}

interface Element {
  type: string;
  name: string;
  source_mapping: { filename_relative: string };
  type_specific_fields?: { parent?: Element };
}

interface Report {
  success: boolean;
  error: string | null;
  results: { detectors?: { check: string; impact: string; description: string; elements: Element[] }[] };
}

const FOLDER = join(REPOSITORY, "dist", "slither");
const SOLC = join(REPOSITORY, "scripts", "slither", "solc.mjs");

/**
 * Runs every detector but those of gas over the contracts; what lies in dependencies alone is left out, mocks too.
 * @throws Error with Slither's own words where it cannot read the sources
 */
export function findingsOf(slither: string): Finding[] {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const [input, output] = [join(FOLDER, "input.json"), join(FOLDER, "report.json")];
  writeFileSync(input, JSON.stringify(compilerInput()));
  const flags = ["--compile-force-framework", "solc-json", "--solc", SOLC, "--json", output];
  const { stderr } = spawnSync(slither, [input, ...flags, "--exclude-optimization", "--fail-none"], {
    cwd: REPOSITORY,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  let report: Report;
  try {
    report = JSON.parse(readFileSync(output, "utf8")) as Report;
  } catch {
    throw new Error(`slither wrote no report: ${stderr.slice(-2_000)}`);
  }
  if (!report.success) throw new Error(`slither failed: ${report.error}`);
  return (report.results.detectors ?? [])
    .filter(({ elements }) => elements[0]?.source_mapping.filename_relative.startsWith("contracts/"))
    .map(({ check, impact, description, elements }) => ({
      check,
      impact,
      place: placeOf(elements[0]!),
      text: description.trim().replace(/\s+/g, " "),
    }));
}

/** Syntax trees and ABIs of everything but mocks; no code is generated. */
function compilerInput(): object {
  const paths = globSync("contracts/**/*.sol", { cwd: REPOSITORY, exclude: ["contracts/mocks/**"] }).sort();
  return {
    language: "Solidity",
    sources: Object.fromEntries(paths.map((path) => [path, { content: readSource(path) }])),
    settings: { evmVersion: "cancun", outputSelection: { "*": { "*": ["abi"], "": ["ast"] } } },
  };
}

function placeOf({ type, name, type_specific_fields }: Element): string {
  const parent = type_specific_fields?.parent;
  if (type === "node" && parent) return placeOf(parent);
  return parent ? `${placeOf(parent)}.${name}` : name;
}
