import type { Address } from "viem";
import type { Random } from "../../support/random.ts";
import type { Receipt, Target, World } from "../../support/world.ts";
import type { Model } from "../model.ts";

/** One random call, whether it must go through, and what it then does to the model. */
export interface Move {
  name: string;
  from: Address;
  to: Target;
  call: readonly [functionName: string, args: readonly unknown[]];
  allowed: boolean;
  apply(receipt: Receipt): void;
}

export interface Stage {
  world: World;
  model: Model;
  random: Random;
  requesters: readonly Address[];
  providers: readonly Address[];
  everyone: readonly Address[];
  strategy: Target;
}
