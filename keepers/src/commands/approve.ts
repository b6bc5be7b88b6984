import { join } from "node:path";
import type { SettingsArgs } from "@assay/daemon-kit";
import { loadKeeperConfig } from "../config.ts";
import { Approvals, type PendingAction } from "../duty/approvals.ts";

function approvalsOf(args: SettingsArgs): Approvals {
  return new Approvals(join(loadKeeperConfig(args).config.dataDir, "approvals"));
}

/** Shows what waits for a person (mode oversight), with calldata. */
export function showPending(args: SettingsArgs & { json: boolean }): void {
  const waiting = approvalsOf(args).list();
  if (args.json) process.stdout.write(`${JSON.stringify(waiting)}\n`);
  else process.stdout.write(waiting.length > 0 ? waiting.map(lines).join("") : "nothing waits\n");
}

/** Says yes to an action that waits; the keeper sends it at its next look, if it is still due. @throws KP-060 */
export function approve(args: SettingsArgs & { id: string }): void {
  const action = approvalsOf(args).approve(args.id);
  process.stdout.write(`approved\n${lines(action)}`);
}

function lines({ id, text, to, data, value }: PendingAction): string {
  return `${id}  ${text}\n  to ${to}, value ${value} wei\n  data ${data}\n`;
}
