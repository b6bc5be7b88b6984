import type { Instrumented } from "./instrument.ts";

/** What must be reached, in percent of all contracts together. */
export const BARS = { lines: 95, branches: 90 } as const;

interface Tally {
  lines: Map<number, boolean>;
  branches: { taken: number; all: number };
  missed: string[];
}

export interface Report {
  table: string;
  lines: number;
  branches: number;
  /** custom errors of a require that no test has provoked anywhere */
  unprovoked: string[];
  missed: string[];
}

/** Holds what was reported against what there is. A line counts as reached when a statement that begins on it ran. */
export function reportOf({ statements, branches }: Instrumented, seen: ReadonlySet<string>): Report {
  const files = new Map<string, Tally>();
  const tallyOf = (path: string): Tally => {
    const tally = files.get(path) ?? { lines: new Map(), branches: { taken: 0, all: 0 }, missed: [] };
    files.set(path, tally);
    return tally;
  };
  for (const { path, line, tag } of statements) {
    const { lines } = tallyOf(path);
    lines.set(line, (lines.get(line) ?? false) || seen.has(tag));
  }
  const provoked = new Map<string, boolean>();
  for (const { path, line, side, kind, error, tag } of branches) {
    const tally = tallyOf(path);
    const taken = seen.has(tag);
    tally.branches.all += 1;
    if (taken) tally.branches.taken += 1;
    else tally.missed.push(`${path}:${line}: ${kind} was never ${side}${error ? ` (${error})` : ""}`);
    if (error !== undefined && !side) provoked.set(error, (provoked.get(error) ?? false) || taken);
  }
  for (const [path, { lines, missed }] of files) {
    for (const [line, reached] of lines) if (!reached) missed.push(`${path}:${line}: never ran`);
  }
  return summarise(files, provoked);
}

function summarise(files: ReadonlyMap<string, Tally>, provoked: ReadonlyMap<string, boolean>): Report {
  const rows = [...files].map(([path, { lines, branches }]) => ({
    path: path.replace("contracts/", ""),
    lines: { taken: [...lines.values()].filter(Boolean).length, all: lines.size },
    branches,
  }));
  const sum = (pick: "lines" | "branches") =>
    rows.reduce((all, row) => ({ taken: all.taken + row[pick].taken, all: all.all + row[pick].all }), {
      taken: 0,
      all: 0,
    });
  const [lines, branches] = [sum("lines"), sum("branches")];
  const cell = ({ taken, all }: { taken: number; all: number }) =>
    `${taken}/${all}`.padStart(11) + percentText(taken, all);
  const line = (row: (typeof rows)[number]) => `${row.path.padEnd(46)}${cell(row.lines)}${cell(row.branches)}`;
  const heading = `${"contract".padEnd(46)}${"lines".padStart(19)}${"branches".padStart(19)}`;
  const table = [heading, ...rows.map(line), line({ path: "all", lines, branches })].join("\n");
  return {
    table,
    lines: (100 * lines.taken) / lines.all,
    branches: (100 * branches.taken) / branches.all,
    unprovoked: [...provoked].filter(([, was]) => !was).map(([error]) => error),
    missed: [...files.values()].flatMap(({ missed }) => missed),
  };
}

function percentText(taken: number, all: number): string {
  return all === 0 ? "       -" : `${((100 * taken) / all).toFixed(1)}%`.padStart(8);
}
