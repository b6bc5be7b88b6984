import { parseEther, zeroAddress } from "viem";
import type { DeployConfig } from "../../scripts/deploy/config.ts";
import { compileChainlink } from "./chainlink.ts";
import { keyHashOf, provingKey } from "./vrf-proof.ts";
import type { Target, TestChain } from "./world.ts";

/** The coordinator's one proving key. */
export const SECRET = 0x5eed_0fa1_1e57n;
export const LEAST_CONFIRMATIONS = 3;
const GAS_PRICE_OF_LANE = 500n * 10n ** 9n;
/** Pays for an answer of 300,000 gas at the lane's highest price, with the coordinator's tenth. */
export const FEE = parseEther("0.165");

/** Chainlink's coordinator of VRF v2.5 itself, as its owner sets it up: fees of a tenth, no flat part, one gas lane. */
export async function createCoordinator(chain: TestChain): Promise<Target> {
  const { VRFCoordinatorV2_5: build } = compileChainlink({ VRFCoordinatorV2_5: "vrf/dev" }, 1_000);
  const coordinator = await chain.createFrom(build, [zeroAddress]);
  const fees = [60, 50_000, 10n ** 16n, 0, 0, 10, 10];
  await chain.send(chain.deployer, coordinator, "setConfig", [LEAST_CONFIRMATIONS, 2_500_000, ...fees]);
  await chain.send(chain.deployer, coordinator, "registerProvingKey", [provingKey(SECRET), GAS_PRICE_OF_LANE]);
  return coordinator;
}

/** The section of a configuration that names this coordinator. */
export function randomnessOn(coordinator: Target): NonNullable<DeployConfig["randomness"]> {
  return {
    coordinator: coordinator.address,
    keyHash: keyHashOf(provingKey(SECRET)),
    confirmations: LEAST_CONFIRMATIONS,
    timeout: 30,
    fee: FEE,
  };
}
