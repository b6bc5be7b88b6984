// The process that tx-sender.test.ts kills: it dies by SIGKILL right after the step named in its last argument.
import { createPublicClient, type Hex, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { hardhat } from "viem/chains";
import { openJournal } from "./journal.ts";
import { createLogger } from "./logger.ts";
import { createTxSender } from "./tx-sender.ts";

const [url, path, key, step] = process.argv.slice(2) as [string, string, Hex, string];
const die = () => process.kill(process.pid, "SIGKILL");

const real = openJournal(path);
const journal = {
  ...real,
  addIntent: (...args: Parameters<typeof real.addIntent>) => {
    real.addIntent(...args);
    if (step === "intent") die();
  },
  addAttempt: (...args: Parameters<typeof real.addAttempt>) => {
    real.addAttempt(...args);
    if (step === "signed") die();
  },
};
const publicClient = createPublicClient({ chain: hardhat, transport: http(url), cacheTime: 0 });
const sendRawTransaction = publicClient.sendRawTransaction;
publicClient.sendRawTransaction = async (args) => {
  const hash = await sendRawTransaction(args);
  if (step === "broadcast") die();
  return hash;
};
const log = createLogger({ name: "victim", level: "silent" });
const sender = createTxSender({ journal, publicClient, account: privateKeyToAccount(key), log });
await sender.send({ key: "pay", to: "0x00000000000000000000000000000000000a55a1", value: 7n });
