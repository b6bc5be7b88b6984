import type { KeeperContext } from "../bot.ts";
import type { Duty, Mode } from "./duty.ts";

/** Whether an action may be sent now: always in `auto`, after a person's yes in `oversight`, never in `manual`. */
export function maySendNow(
  { approvals, log }: Pick<KeeperContext, "approvals" | "log">,
  mode: Mode,
  duty: Omit<Duty, "due">,
): boolean {
  if (mode === "auto") return true;
  const { key, to, data, value, text } = duty;
  if (mode === "oversight" && approvals.ask({ key, to, data, value, text })) return true;
  log.debug({ key, to, data, value, action: text, mode }, "an action waits for a person");
  return false;
}
