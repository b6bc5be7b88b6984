import { readClock } from "@assay/daemon-kit";
import { requireContract } from "@assay/sdk";
import type { Bot, KeeperContext } from "../../bot.ts";
import { Both } from "../../duty/both.ts";
import { DutyBot, type DutyPlan } from "../../duty/duty-bot.ts";
import { keeperError } from "../../errors.ts";
import { HomeJobs } from "./jobs.ts";
import { Side } from "./side.ts";

const NAME = "remote-jobs";
const THERE = "remote-jobs-satellite";
/** What says that somebody else has done it, or that it is no longer to be done. */
const DONE_BY_OTHERS = [
  "JobHub_NothingDue",
  "JobHub_NotSubmitted",
  "Bridge_NotQueued",
  "Bridge_NotRefused",
  "Portal_WrongStatus",
];

/**
 * Serves users of another chain: tells them results, sends them their change, lets go what waited for room, and sees to it
 * that what was refused is paid back.
 * @throws KP-072, SDK-007
 */
export function openRemoteJobs(context: KeeperContext): Bot {
  const { config, client, satellite } = context;
  if (!satellite) {
    throw keeperError("KP-072", {
      found: "no satellite in the settings",
      wanted: "two chains that are linked",
      hint: "set satellite.rpcUrls and satellite.deployment",
    });
  }
  const { deployment } = client;
  const home = new Side({
    name: NAME,
    context,
    chainId: deployment.chainId,
    bridge: requireContract(deployment, "HomeBridge").address,
    startBlock: deployment.startBlock,
    confirmations: config.confirmations,
  });
  const there = new Side({
    name: THERE,
    context: satellite.context,
    chainId: satellite.deployment.chainId,
    bridge: satellite.deployment.contracts.SatelliteBridge.address,
    startBlock: satellite.deployment.startBlock,
    confirmations: config.satellite.confirmations,
    portal: satellite.deployment.contracts.RemoteJobPortal.address,
  });
  const jobs = new HomeJobs(home, there, deployment, requireContract(deployment, "JobHub").address);
  const { feePerGas } = config.satellite;
  const settings = config.remoteJobs;
  const common = { ...settings, refused: "KP-073", doneByOthers: DONE_BY_OTHERS } satisfies Partial<DutyPlan>;
  return new Both(NAME, [
    new DutyBot(context, {
      ...common,
      name: NAME,
      plan: async ({ now }) => {
        // change that is on its way to a dead chain could not be taken at home
        await readClock(satellite.context.rpc);
        await home.read(there);
        await jobs.read();
        const [ofBridge, ofJobs] = await Promise.all([
          home.duties(there, now, feePerGas, settings),
          jobs.duties(now, feePerGas, settings),
        ]);
        return [...ofBridge, ...ofJobs];
      },
    }),
    new DutyBot(satellite.context, {
      ...common,
      name: THERE,
      plan: async ({ now }) => {
        await there.read(home);
        return there.duties(home, now, feePerGas, settings);
      },
    }),
  ]);
}
