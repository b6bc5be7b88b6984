import { readFileSync } from "node:fs";
import { type DocumentNode, Kind, parse, type TypeNode } from "graphql";
import { type ChainArgs, viewChain } from "./chain.ts";
import type { Check, Rows } from "./check.ts";
import { bridgeChecks } from "./checks/bridge.ts";
import { disputeChecks } from "./checks/disputes.ts";
import { governanceChecks } from "./checks/governance.ts";
import { jobChecks } from "./checks/jobs.ts";
import { moneyChecks } from "./checks/money.ts";
import { poolChecks } from "./checks/pools.ts";
import { remoteChecks } from "./checks/remote.ts";
import { settingChecks } from "./checks/settings.ts";
import { stakeChecks } from "./checks/stakes.ts";
import { rounded, statisticsChecks } from "./checks/statistics.ts";
import { tokenChecks } from "./checks/token.ts";
import { totalsChecks } from "./checks/totals.ts";
import { compareRows, type Mismatch } from "./compare.ts";
import { allOf, collectionNames } from "./query.ts";
import { statisticsId } from "./rows.ts";

export interface Verified {
  block: bigint;
  /** How many entities were compared, by kind. */
  kinds: Record<string, number>;
  entities: number;
  mismatches: Mismatch[];
  /** Fields of the schema that nothing was compared with, of the kinds that had entities. */
  uncovered: string[];
}

export interface VerifyArgs extends ChainArgs {
  url: string;
}

const CHECKS: Readonly<Record<string, Check>> = {
  ...bridgeChecks,
  ...disputeChecks,
  ...governanceChecks,
  ...jobChecks,
  ...moneyChecks,
  ...poolChecks,
  ...remoteChecks,
  ...settingChecks,
  ...stakeChecks,
  ...statisticsChecks,
  ...tokenChecks,
  ...totalsChecks,
};

/** Fields without a second source: what the mappings say of themselves. */
const UNSOURCED = new Set(["Protocol.schemaVersion", "Protocol.subgraphVersion", "Protocol.methodologyVersion"]);

const SCHEMA = parse(readFileSync(new URL("../../subgraph/schema.graphql", import.meta.url), "utf8"));

/**
 * Derives every entity from the contracts' own reads and from raw logs, and compares it with the index, as of one block; at
 * home or on a satellite, where most kinds have none.
 */
export async function verifyIndex(args: VerifyArgs): Promise<Verified> {
  const chain = await viewChain(args);
  const names = await collectionNames(args.url);
  const types = typesOf(SCHEMA);
  const verified: Verified = { block: args.block, kinds: {}, entities: 0, mismatches: [], uncovered: [] };
  for (const [kind, fields] of types) {
    const check = CHECKS[kind];
    if (!check) throw new Error(`nothing derives ${kind} from the chain: add it to scripts/subgraph/checks`);
    const wanted = await check(chain);
    const index = await indexed({ args, kind, collection: names.get(kind)!, fields });
    verified.mismatches.push(...compareRows(kind, index, wanted));
    verified.kinds[kind] = index.size;
    verified.entities += index.size;
    const [first] = wanted.values();
    if (first) {
      const missing = [...fields.keys()].filter((field) => field !== "id" && !(field in first));
      verified.uncovered.push(...missing.map((field) => `${kind}.${field}`).filter((name) => !UNSOURCED.has(name)));
    }
  }
  return verified;
}

/** Stored fields of every kind of entity, and whether each refers to another entity. Derived fields hold nothing. */
function typesOf(document: DocumentNode): Map<string, Map<string, boolean>> {
  const kinds = document.definitions.flatMap((node) => (node.kind === Kind.OBJECT_TYPE_DEFINITION ? [node] : []));
  const names = new Set(kinds.map(({ name }) => name.value));
  return new Map(
    kinds.map(({ name, fields }) => [
      name.value,
      new Map(
        fields
          ?.filter(({ directives }) => !directives?.some((directive) => directive.name.value === "derivedFrom"))
          .map((field) => [field.name.value, names.has(inner(field.type))]),
      ),
    ]),
  );
}

function inner(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : inner(type.type);
}

interface Asked {
  args: VerifyArgs;
  kind: string;
  collection: string;
  fields: ReadonlyMap<string, boolean>;
}

async function indexed({ args, kind, collection, fields }: Asked): Promise<Rows> {
  const selection = [...fields]
    .filter(([name]) => name !== "id")
    .map(([name, refers]) => (refers ? `${name} { id }` : name))
    .join(" ");
  if (kind.endsWith("Stats")) return statistics({ args, kind, collection, selection });
  const found = await allOf<Record<string, unknown>>(args.url, collection, selection, args.block);
  // graph-node numbers the points of a time series itself: they are compared by their order
  if (fields.has("timestamp")) return new Map(found.map((row, order) => [String(order), withRounded(row)]));
  return new Map(found.map((row) => [row.id, row]));
}

/** Quotients with as many digits as the chain's side has. */
function withRounded(row: Record<string, unknown>): Record<string, unknown> {
  const quotients = Object.entries(row).filter(([name]) => name === "utilisation" || name === "peak");
  return { ...row, ...Object.fromEntries(quotients.map(([name, value]) => [name, rounded(value)])) };
}

/** Hours and days that are over; an aggregation has no ids that the chain would know, its dimensions tell its rows apart. */
async function statistics(asked: Omit<Asked, "fields"> & { selection: string }): Promise<Rows> {
  const rows: Rows = new Map();
  for (const interval of ["hour", "day"]) {
    const found = await allOf<Record<string, unknown>>(
      asked.args.url,
      asked.collection,
      asked.selection,
      asked.args.block,
      `interval: "${interval}"`,
    );
    for (const row of found) rows.set(statisticsId(interval, row), withRounded(row));
  }
  return rows;
}
