import { finalizableAt, POLICY } from "../../sdk/src/index.ts";
import { SPEC } from "../../test/e2e/many-jobs.ts";
import { ASY, openPair, runAtHome } from "../../test/e2e/relay-harness.ts";

const USER = 1;
const PROVIDER = 2;
const TRANSFERS = 5;

/** How long messages between two local chains take, wall-clock seconds. */
export interface RelayFigures {
  /** Of the slowest of some transfers, from the sender's block to the receiver's balance. */
  relaySeconds: number;
  /** Of a remote job, from its result at home to its change on the satellite, without the window. */
  remoteJobSeconds: number;
}

/** Measures a relay between two local chains with Axelar's own gateways, all as real processes. */
export async function measureRelay(): Promise<RelayFigures> {
  const pair = await openPair();
  try {
    const [user, provider] = [USER, PROVIDER].map((account) => pair.home.wallet(account).account.address) as [
      `0x${string}`,
      `0x${string}`,
    ];
    await pair.give(user, ASY("1000"));
    await pair.give(provider, ASY("2000"));
    await pair.client(PROVIDER).stake({ amount: ASY("2000") });
    await pair.startRelay();
    const remote = pair.remote(USER);
    let relaySeconds = 0;
    for (let n = 1; n <= TRANSFERS; n++) {
      await remote.bridge.transfer({ from: "home", amount: ASY("50") });
      const sent = performance.now();
      await pair.until("it arrives", async () => (await pair.balance("satellite", user)) === ASY(String(50 * n)));
      relaySeconds = Math.max(relaySeconds, (performance.now() - sent) / 1000);
    }
    const { ticket, id } = await remote.remoteJob.post({ spec: SPEC, price: ASY("10"), policy: POLICY.window });
    const { index } = ticket;
    const status = () => remote.remoteJob.status({ index });
    await pair.until("the job is posted", async () => (await status()).job !== undefined);
    const submitted = await runAtHome(pair.client(PROVIDER), id);
    const done = performance.now();
    await pair.pass(finalizableAt(submitted) - submitted.submittedAt);
    await pair.client(PROVIDER).finalizeJob(submitted);
    await pair.until("the change is back", async () => (await status()).done);
    return { relaySeconds, remoteJobSeconds: (performance.now() - done) / 1000 };
  } finally {
    await pair.close();
  }
}

if (import.meta.main) console.log(JSON.stringify(await measureRelay()));
