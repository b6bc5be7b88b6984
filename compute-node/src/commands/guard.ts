import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type GuardRecord, openGuard, type SettingsArgs } from "@assay/daemon-kit";
import { z } from "zod";
import { loadNodeConfig } from "../config.ts";
import { nodeError } from "../errors.ts";

const exported = z.strictObject({
  format: z.literal("assay-guard"),
  version: z.literal(1),
  records: z.array(z.strictObject({ scope: z.string(), key: z.string(), value: z.string(), at: z.number() })),
});

/** Writes what this provider has committed itself to; the node must be stopped. @throws DK-030, CN-003 */
export function exportGuard(args: SettingsArgs & { out: string }): void {
  const records = withGuard(args, (guard) => guard.export());
  const text = JSON.stringify({ format: "assay-guard", version: 1, records });
  try {
    writeFileSync(args.out, `${text}\n`, { mode: 0o600, flag: "wx" });
  } catch (cause) {
    throw nodeError("CN-003", {
      found: cause instanceof Error ? cause.message : String(cause),
      wanted: "a new file",
      hint: "choose another --out",
      cause,
    });
  }
  process.stdout.write(`${records.length} commitments written to ${args.out}\n`);
}

/** Takes over another machine's commitments, all or none. @throws DK-030, DK-050 on a contradiction, CN-060 */
export function importGuard(args: SettingsArgs & { from: string }): void {
  let records: readonly GuardRecord[];
  try {
    records = exported.parse(JSON.parse(readFileSync(args.from, "utf8"))).records;
  } catch (cause) {
    throw nodeError("CN-060", {
      found: `${args.from}: ${cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause)}`,
      wanted: "a file that `guard export` wrote",
      hint: "export it again on the old machine, with its node stopped",
      cause,
    });
  }
  withGuard(args, (guard) => guard.import(records));
  process.stdout.write(`${records.length} commitments taken over\n`);
}

function withGuard<T>(args: SettingsArgs, use: (guard: ReturnType<typeof openGuard>) => T): T {
  const { config } = loadNodeConfig(args);
  const guard = openGuard(join(config.dataDir, "guard.sqlite"));
  try {
    return use(guard);
  } finally {
    guard.close();
  }
}
