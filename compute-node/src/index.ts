export { claimSlot, nextClaimTime } from "./claim-slot.ts";
export { type NodeConfig, SECRET_VARIABLES } from "./config.ts";
export { type Action, decide, type SkipReason, skipReasons } from "./decide.ts";
export { type NodeErrorCode, nodeErrors } from "./errors.ts";
