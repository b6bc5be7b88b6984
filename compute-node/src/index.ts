export { claimSlot, nextClaimTime } from "./claim-slot.ts";
export { type NodeConfig, SECRET_VARIABLES } from "./config.ts";
export { type Action, decide } from "./decide.ts";
export { type NodeErrorCode, nodeErrors } from "./errors.ts";
export { type SkipReason, skipReasons } from "./reasons.ts";
