import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { getErrors, solcInputOutputDecoder, validate } from "@openzeppelin/upgrades-core";
import { artifactsFolder, REPOSITORY } from "../deploy/artifacts.ts";
import { breaks, type Layout, readLayouts } from "../lib/storage-layout.ts";
import { UPGRADEABLE, type UpgradeableName } from "../lib/upgradeable.ts";

type Validations = ReturnType<typeof validate>;

/** By design: peers are immutables, and the constructor that sets them disables the initialisers (docs/adr/215). */
const ALLOWED = ["constructor", "state-variable-immutable"] as const;

/** OpenZeppelin's validation of everything that this build compiled. */
export function readValidations(): Validations {
  const folder = join(artifactsFolder(), "build-info");
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), "utf8"));
  const runs = readdirSync(folder).filter((file) => file.endsWith(".output.json"));
  const all: Validations = {};
  for (const file of runs) {
    const { input, solcVersion } = read(file.replace(".output.json", ".json"));
    const { output } = read(file);
    if (!output.contracts) continue;
    Object.assign(all, validate(output, solcInputOutputDecoder(input, output), solcVersion, input));
  }
  return all;
}

/** Code that shall stand behind a proxy. */
export interface Candidate {
  /** Its place below contracts/, and its name where the file holds several: `mocks/Upgrades.sol:AssayTokenV2`. */
  source: string;
  /** Whose storage it takes over: the snapshot in test/layout/. */
  replaces: UpgradeableName;
}

/** Why candidates may not be installed, by source; an empty list where one may. */
export function unsafe(validations: Validations, candidates: readonly Candidate[]): Record<string, string[]> {
  const layouts = readLayouts(Object.fromEntries(candidates.map(({ source }) => [nameOf(source), pathOf(source)])));
  return Object.fromEntries(
    candidates.map((candidate) => [
      candidate.source,
      reasonsAgainst(validations, candidate, layouts[nameOf(candidate.source)]!),
    ]),
  );
}

/** The contracts behind these proxies, as they are in this build. */
export function thisBuild(names: readonly UpgradeableName[]): Candidate[] {
  return names.map((replaces) => ({ source: UPGRADEABLE[replaces], replaces }));
}

function reasonsAgainst(validations: Validations, { source, replaces }: Candidate, layout: Layout): string[] {
  const key = `contracts/${pathOf(source)}:${nameOf(source)}`;
  const found = Object.entries(validations).find(([name]) => name.endsWith(key))?.[1];
  if (!found?.version) return [`${nameOf(source)} is not in the build: npm run build`];
  const errors = getErrors(validations, found.version, { kind: "uups", unsafeAllow: [...ALLOWED] });
  const snapshot = readFileSync(join(REPOSITORY, "test", "layout", `${replaces}.json`), "utf8");
  return [
    ...errors.map(({ kind, src, ...rest }) => `${kind} at ${src}${"name" in rest ? ` (${rest.name})` : ""}`),
    ...breaks(JSON.parse(snapshot) as Layout, layout),
  ];
}

function pathOf(source: string): string {
  return source.split(":")[0] ?? source;
}

function nameOf(source: string): string {
  return (
    source.split(":")[1] ??
    source
      .split("/")
      .at(-1)!
      .replace(/\.sol$/, "")
  );
}
