import type { Address } from "viem";
import type { DeployConfig } from "./config.ts";
import type { AxelarChain, Pair } from "./crosschain.ts";
import { governanceLayout } from "./governance.ts";
import { layoutOf } from "./layout.ts";
import { invalid, Reader, readJson } from "./reader.ts";

/** Which of a pair's two chains. */
export type End = "home" | "satellite";

/** A home chain and a satellite of it, as their file says. */
export interface PairConfig extends Omit<Pair, "controller" | "guardian"> {
  /** who administers the satellite from home; "timelock": the one of the home protocol's governance */
  controller: Address | "timelock";
  /** who may pause the bridge of each end */
  guardians: Record<End, Address | "deployer">;
}

const MAX_WINDOW = 30 * 86_400;
const ENDS = ["home", "satellite"] as const;

/**
 * Reads and checks the file of a pair of chains. Unknown fields are errors.
 * @throws DeployError DEPLOY-010, DEPLOY-011
 */
export function loadPair(path: string): PairConfig {
  const root = new Reader(readJson(path), "", ["version", "home", "satellite", "controller", "token", "limit"]);
  root.literal("version", 1);
  const readers = ENDS.map((end) => root.child(end, ["chainId", "name", "gateway", "gasService", "guardian"]));
  const [home, satellite] = readers.map(readChain) as [AxelarChain, AxelarChain];
  if (home.chainId === satellite.chainId) {
    throw invalid("satellite.chainId", satellite.chainId, "another chain than home's");
  }
  if (home.name === satellite.name) throw invalid("satellite.name", satellite.name, "another name than home's");
  const token = root.child("token", ["name", "symbol"]);
  const limit = root.child("limit", ["capacity", "window"]);
  const [homeGuardian, satelliteGuardian] = readers.map((reader) => reader.address("guardian", "deployer"));
  return {
    home,
    satellite,
    controller: root.address("controller", "timelock"),
    guardians: { home: homeGuardian!, satellite: satelliteGuardian! },
    token: { name: token.text("name"), symbol: token.text("symbol") },
    limit: { capacity: limit.amount("capacity"), window: limit.integer("window", 1, MAX_WINDOW) },
  };
}

function readChain(reader: Reader): AxelarChain {
  return {
    chainId: reader.integer("chainId", 1, Number.MAX_SAFE_INTEGER),
    name: reader.text("name"),
    gateway: reader.address("gateway"),
    gasService: reader.address("gasService"),
  };
}

/**
 * The pair as one end's layout takes it.
 * @throws DeployError DEPLOY-042 when the controller is the timelock and the home protocol has no governance
 */
export function pairFor(end: End, config: PairConfig, home: DeployConfig, deployer: Address): Pair {
  const { guardians, controller, ...rest } = config;
  const guardian = guardians[end];
  const timelock = () => governanceLayout(layoutOf(deployer, home), home).proxies.ProtocolTimelock.address;
  return {
    ...rest,
    guardian: guardian === "deployer" ? deployer : guardian,
    controller: controller === "timelock" ? timelock() : controller,
  };
}
