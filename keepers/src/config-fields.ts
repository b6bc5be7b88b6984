import { amount, flag, whole } from "@assay/daemon-kit";
import { z } from "zod";
import { MODES } from "./duty/duty.ts";

export const mode = z.enum(MODES).default("auto");

/** What every bot that sends calls has. */
export const duties = {
  enabled: flag.default(false),
  mode,
  spreadSeconds: whole(0, 86_400).default(20),
  gasPerDay: amount.default("0.01"),
};
