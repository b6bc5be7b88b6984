export { claimSlot, nextClaimTime } from "./claim-slot.ts";
export { type NodeConfig, SECRET_VARIABLES } from "./config.ts";
export { cidOfDigest } from "./content.ts";
export { type Action, decide, type SkipReason, skipReasons } from "./decide.ts";
export { type NodeErrorCode, nodeErrors } from "./errors.ts";
