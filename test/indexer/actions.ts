import { type Address, encodeFunctionData, keccak256, numberToHex, toHex, zeroAddress, zeroHash } from "viem";
import { type AssayClient, assayTokenAbi, type Job, type JobSpec, type SubmittedJob } from "../../sdk/src/index.ts";
import { ASY, type IndexedMarket } from "./harness.ts";

/** A random number in [0, n). */
export type Dice = (n: number) => number;

/** Does one random thing that users of the protocol do. What the contracts refuse is no action. */
export async function act(market: IndexedMarket, dice: Dice): Promise<string> {
  const person = market.people[dice(market.people.length)]!;
  const names = Object.keys(ACTIONS);
  const name = names[dice(names.length)]!;
  try {
    await ACTIONS[name]!({ market, person, dice });
    return name;
  } catch (error) {
    if (error instanceof Error && /revert|insufficient|nothing|no job|SDK-/i.test(`${error.name} ${error.message}`))
      return `${name} refused`;
    throw error;
  }
}

interface Scene {
  market: IndexedMarket;
  person: AssayClient;
  dice: Dice;
}

const ACTIONS: Readonly<Record<string, (scene: Scene) => Promise<unknown>>> = {
  deposit: ({ person, dice }) => person.deposit({ amount: BigInt(1 + dice(500)) * ASY }),
  withdraw: ({ person, dice }) => person.withdraw({ amount: BigInt(1 + dice(50)) * ASY }),
  stake: ({ person, dice }) => person.stake({ amount: BigInt(100 + dice(900)) * ASY }),
  requestThaw: ({ person, dice }) => person.requestThaw({ amount: BigInt(1 + dice(40)) * ASY }),
  withdrawStake: ({ person }) => person.withdrawStake({ provider: addressOf(person) }),
  setOperator: ({ market, person, dice }) =>
    person.setOperator({ operator: addressOf(market.people[dice(market.people.length)]!), allowed: dice(3) > 0 }),
  setExposure: ({ person, dice }) => person.setExposure({ bps: dice(10_001) }),
  post,
  postAgain: post,
  postRamp: ({ person, dice }) =>
    person.postJob({ spec: spec(dice), price: { min: ASY, max: BigInt(2 + dice(30)) * ASY, length: 600 } }),
  claim,
  claimAgain: claim,
  submit,
  submitAgain: submit,
  finalize,
  finalizeAgain: finalize,
  cancel: async (scene) => {
    const [job] = await some(scene, "open");
    if (job) await person(scene, job.terms.requester).cancelJob(job);
  },
  expire: async (scene) => {
    const [job] = await some(scene, "claimed");
    if (job?.status === "claimed") await scene.person.expireJob(job);
  },
  collect: ({ person: client }) => client.collect({ provider: addressOf(client) }),
  delegateVotes,
  transfer: (scene) => {
    const args = [addressOf(anybody(scene)), BigInt(1 + scene.dice(100)) * ASY] as const;
    return writeToken(scene, { functionName: "transfer", args });
  },
  delegateStake: (scene) =>
    scene.person.delegateStake({ provider: addressOf(anybody(scene)), amount: BigInt(1 + scene.dice(90)) * ASY }),
  undelegateStake: (scene) =>
    scene.person.undelegateStake({ provider: addressOf(anybody(scene)), shares: BigInt(1 + scene.dice(50)) * ASY }),
  pass: async ({ market, dice }) => {
    await market.rpc("evm_increaseTime", [numberToHex([10, 100, 700, 5000][dice(4)]!)]);
    await market.rpc("evm_mine");
  },
};

function anybody({ market, dice }: Scene): AssayClient {
  return market.people[dice(market.people.length)]!;
}

function delegateVotes(scene: Scene) {
  const to = scene.dice(4) === 0 ? zeroAddress : addressOf(anybody(scene));
  return writeToken(scene, { functionName: "delegate", args: [to] });
}

async function writeToken(
  { market, person: client }: Scene,
  call:
    | { functionName: "transfer"; args: readonly [Address, bigint] }
    | { functionName: "delegate"; args: readonly [Address] },
) {
  const { address } = market.deployment.contracts.AssayToken;
  const data = encodeFunctionData({ abi: assayTokenAbi, ...call });
  const wallet = client.walletClient!;
  const hash = await wallet.sendTransaction({ to: address, data, account: wallet.account!, chain: wallet.chain });
  await market.chain.publicClient.waitForTransactionReceipt({ hash });
}

function post({ person: client, dice }: Scene) {
  return client.postJob({ spec: spec(dice), price: BigInt(1 + dice(60)) * ASY });
}

async function claim(scene: Scene) {
  const [job] = await some(scene, "open");
  if (job) await scene.person.claimJob({ terms: job.terms });
}

async function submit(scene: Scene) {
  const [job] = await some(scene, "claimed");
  if (job?.status !== "claimed") return;
  const finalState = keccak256(toHex(`${scene.dice(1000)}`));
  const runRoot = job.spec.steps > job.spec.segmentLength ? keccak256(toHex(scene.dice(1000))) : zeroHash;
  await person(scene, job.claimer).submitResult({ ...job, runRoot, finalState, outputDigest: keccak256("0x06") });
}

async function finalize(scene: Scene) {
  const jobs = await some(scene, "submitted");
  const due = jobs.filter((job): job is SubmittedJob => job.status === "submitted");
  if (due.length > 1) await scene.person.finalizeBatch({ jobs: due.slice(0, 8) });
  else if (due[0]) await scene.person.finalizeJob(due[0]);
}

/** Jobs of one status, starting anywhere. */
async function some({ market, dice }: Scene, status: Job["status"]): Promise<Job[]> {
  const jobs = await market.people[0]!.listJobs({ status });
  const from = dice(Math.max(1, jobs.length));
  return [...jobs.slice(from), ...jobs.slice(0, from)];
}

function person({ market }: Scene, address: string): AssayClient {
  return market.people.find((client) => addressOf(client).toLowerCase() === address.toLowerCase()) ?? market.people[0]!;
}

function addressOf(client: AssayClient) {
  return client.walletClient!.account!.address;
}

export function spec(dice: Dice): JobSpec {
  const steps = [10, 64, 100, 4000][dice(4)]!;
  return {
    programHash: keccak256(toHex(dice(1e6))),
    dataRoot: keccak256(toHex(dice(1e6))),
    initState: keccak256("0x03"),
    steps,
    segmentLength: 64,
    outIdx: 0,
    stateCount: 1 + dice(4),
    rulesVersion: 1,
    refSeconds: 60,
    inputs: keccak256("0x04"),
    judge: zeroAddress,
  };
}
