import type { Bot, KeeperContext } from "../bot.ts";
import type { KeeperConfig } from "../config.ts";
import { keeperError } from "../errors.ts";
import { openChallenger } from "./challenger/bot.ts";
import { SettleBot } from "./settle/bot.ts";

/** Names of the bots that the configuration switches on. @throws KP-003 when there is none */
export function enabledBots(config: KeeperConfig): string[] {
  const names = (["settle", "challenger"] as const).filter((name) => config[name].enabled);
  if (names.length > 0) return names;
  throw keeperError("KP-003", {
    found: "settle.enabled and challenger.enabled are both false",
    wanted: "at least one bot",
    hint: "switch one on, for example with --settle or --challenger",
  });
}

/** Opens the bots that the configuration switches on. @throws KP-010 */
export async function openBots(context: KeeperContext): Promise<Bot[]> {
  const bots: Bot[] = [];
  // The challenger first: its clock runs.
  if (context.config.challenger.enabled) bots.push(await openChallenger(context));
  if (context.config.settle.enabled) bots.push(new SettleBot(context));
  return bots;
}
