import type { DaemonError } from "@assay/daemon-kit";
import { LOCAL_CHAIN } from "./config.ts";
import { nodeError } from "./errors.ts";

/** Seconds that a block may be ahead of an honest clock: what chains allow their proposers is far less. */
const MOST_BEHIND_SECONDS = 120;

/**
 * A clock that is behind the chain, by a block from its future. One that is ahead cannot be told from blocks that are late.
 * @param headTime Unix seconds of the newest block @returns CN-034, undefined when the clock may be right
 */
export function clockError(headTime: number, nowMs: number, chainId: number): DaemonError | undefined {
  const behind = headTime - Math.floor(nowMs / 1000);
  // A local chain's clock is moved by tests.
  if (behind <= MOST_BEHIND_SECONDS || chainId === LOCAL_CHAIN) return undefined;
  return nodeError("CN-034", {
    found: `this machine's clock is ${behind} s behind the newest block`,
    wanted: `a clock within ${MOST_BEHIND_SECONDS} s of the chain's`,
    hint: "set the clock by NTP: `timedatectl set-ntp true`",
  });
}
