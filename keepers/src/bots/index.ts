import type { Bot, KeeperContext } from "../bot.ts";
import type { KeeperConfig } from "../config.ts";
import { keeperError } from "../errors.ts";
import { AdvisorBot } from "./advisor/bot.ts";
import { AnomalyBot } from "./anomaly/bot.ts";
import { openRecovery } from "./axelar-recovery/bot.ts";
import { openRelay } from "./axelar-relay/bot.ts";
import { openChallenger } from "./challenger/bot.ts";
import { openDisputeClock } from "./dispute-clock/bot.ts";
import { openGovernance } from "./governance/bot.ts";
import { openRemoteJobs } from "./remote-jobs/bot.ts";
import { openRewards } from "./rewards/bot.ts";
import { SettleBot } from "./settle/bot.ts";
import { openTopup } from "./topup/bot.ts";

/** By the name of its settings. In the order in which they look: whose clock runs comes first. */
const BOTS = {
  challenger: openChallenger,
  disputeClock: openDisputeClock,
  settle: (context: KeeperContext) => new SettleBot(context),
  axelarRelay: openRelay,
  axelarRecovery: openRecovery,
  remoteJobs: openRemoteJobs,
  governance: openGovernance,
  rewards: openRewards,
  topup: openTopup,
  advisor: (context: KeeperContext) => new AdvisorBot(context),
  anomaly: (context: KeeperContext) => new AnomalyBot(context),
} as const satisfies Record<string, (context: KeeperContext) => Bot | Promise<Bot>>;

type BotName = keyof typeof BOTS;
const NAMES = Object.keys(BOTS) as BotName[];

/** Names of the bots that the configuration switches on. @throws KP-003 when there is none */
export function enabledBots(config: KeeperConfig): BotName[] {
  const names = NAMES.filter((name) => config[name].enabled);
  if (names.length > 0) return names;
  throw keeperError("KP-003", {
    found: `enabled is false for all of ${NAMES.join(", ")}`,
    wanted: "at least one bot",
    hint: "switch one on, for example with --settle or --challenger",
  });
}

/** Opens the bots that the configuration switches on. @throws KP-010 */
export async function openBots(context: KeeperContext): Promise<Bot[]> {
  const bots: Bot[] = [];
  for (const name of enabledBots(context.config)) bots.push(await BOTS[name](context));
  return bots;
}
