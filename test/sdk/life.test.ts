// The client against the real contracts on an in-process chain, deployed by scripts/deploy.
import "./life/world.ts";
import "./life/batches.ts";
import "./life/client.ts";
import "./life/jobs.ts";
import "./life/staking.ts";
