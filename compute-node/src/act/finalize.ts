import { TxRevertedError, unfailedKey } from "@assay/daemon-kit";
import { decodeError, isRevert, prepareCollect, prepareFinalize, type SubmittedJob } from "@assay/sdk";
import { type ActDeps, countGas, postpone } from "./deps.ts";

const SOON_MS = 1000;
const LATER_MS = 30_000;

/** Settles an own job whose window is over, and collects the earnings if the operator wants that. */
export async function finalize(deps: ActDeps, job: SubmittedJob): Promise<void> {
  const { client, sender, journal, log, metrics, signal, config, history } = deps;
  const { id, nonce, terms, price } = job;
  try {
    const { to, data, value } = prepareFinalize(client, job);
    const key = unfailedKey(journal, `finalize:${id}:${nonce}`);
    const receipt = await sender.send({ key, to, data, value });
    countGas(deps, receipt, "finalize");
    const asy = client.deployment.contracts.AssayToken.address.toLowerCase();
    if (terms.token.toLowerCase() === asy) metrics.earned.inc(Number(price) / 1e18);
    history.note(id, "FINALIZED", `price ${price} of ${terms.token}`);
    log.info({ jobId: id, tx: receipt.transactionHash, price, token: terms.token }, "job finalized");
    if (config.collect) await collect(deps, job);
  } catch (error) {
    if (signal.aborted) return;
    refused(deps, job, error);
  }
}

/** Moves all that is earned in the job's token into the provider's in-market balance. */
async function collect(deps: ActDeps, { id, terms }: SubmittedJob): Promise<void> {
  const { client, sender, journal, provider, log } = deps;
  try {
    const { to, data, value } = prepareCollect(client, { token: terms.token, provider });
    const key = unfailedKey(journal, `collect:${id}`);
    const receipt = await sender.send({ key, to, data, value });
    countGas(deps, receipt);
    log.info({ jobId: id, tx: receipt.transactionHash, token: terms.token }, "earnings collected");
  } catch (error) {
    if (!isRevert(decodeError(error), "Market_NothingEarned")) throw error;
  }
}

function refused(deps: ActDeps, { id }: SubmittedJob, error: unknown): void {
  const refusal = decodeError(error);
  if (isRevert(refusal, "Market_TooEarly")) postpone(deps, id, SOON_MS);
  else if (isRevert(refusal, "Market_NotAccepted")) postpone(deps, id, LATER_MS);
  else if (isRevert(refusal, "Market_StaleJob") || error instanceof TxRevertedError) {
    deps.history.note(id, "SETTLED_BY_OTHERS", refusal.message);
    deps.log.info({ jobId: id, reason: "SETTLED_BY_OTHERS", detail: refusal.message }, "the job was settled already");
    postpone(deps, id, LATER_MS);
  } else throw error;
}
