export type { Bot, KeeperContext } from "./bot.ts";
export { proofOf, signersHash, signersOf, type WeightedSigners } from "./bots/axelar-relay/proof.ts";
export { configSchema, type KeeperConfig, loadKeeperConfig } from "./config.ts";
export { type KeeperErrorCode, keeperErrors } from "./errors.ts";
export { Keeper } from "./keeper.ts";
