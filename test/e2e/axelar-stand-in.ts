// Loaded before a program, it stands in for Axelar's own client, which is not among our packages: each relay costs AXELAR_FEE wei,
// and the messages with which the network is asked to go on are written down in the file AXELAR_ASKED.
import { registerHooks } from "node:module";

const PACKAGE = "@axelar-network/axelarjs-sdk";
const SOURCE = `
import { appendFileSync } from "node:fs";
export class AxelarQueryAPI {
  async estimateGasFee() {
    return process.env.AXELAR_FEE;
  }
}
export class AxelarGMPRecoveryAPI {
  async manualRelayToDestChain(...given) {
    appendFileSync(process.env.AXELAR_ASKED, given[5] + "\\n");
    return { success: true };
  }
}`;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === PACKAGE
      ? { url: `data:text/javascript,${encodeURIComponent(SOURCE)}`, format: "module", shortCircuit: true }
      : next(specifier, context),
});
