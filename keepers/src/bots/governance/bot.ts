import {
  contractAbis,
  listProposals,
  type Proposal,
  prepareExecuteProposal,
  prepareQueueProposal,
  proposalStates,
} from "@assay/sdk";
import type { Bot, KeeperContext } from "../../bot.ts";
import type { ChainFacts } from "../../chain/observe.ts";
import type { Duty } from "../../duty/duty.ts";
import { DutyBot } from "../../duty/duty-bot.ts";
import { decideGovernance, type GovernanceAction, type ProposalView } from "./decide.ts";

const NAME = "governance-executor";
/** Blocks below the head that are read again, for proposals that a reorganisation moved. */
const REORG_DEPTH = 64n;

/** Queues and executes what governance has decided. It has no power: anyone may, and nothing else can be executed. */
export function openGovernance(context: KeeperContext): Bot {
  const proposals = new OpenProposals(context);
  return new DutyBot(context, {
    ...context.config.governance,
    name: NAME,
    refused: "KP-041",
    doneByOthers: ["GovernorUnexpectedProposalState", "TimelockUnexpectedOperationState"],
    plan: async (chain) => {
      const views = await proposals.read(chain);
      return decideGovernance(views, context.config.governance, chain.now).map((action) =>
        dutyOf(context, proposals.get(action.id), action),
      );
    },
  });
}

function dutyOf({ client }: KeeperContext, proposal: Proposal, { type, id, due }: GovernanceAction): Duty {
  const prepare = type === "queue" ? prepareQueueProposal : prepareExecuteProposal;
  const { to, data, value = 0n } = prepare(client, proposal);
  const [title] = proposal.description.split("\n", 1);
  const calls = proposal.calls.flatMap((call) => [call.text, ...call.inner.map((inner) => `-> ${inner.text}`)]);
  return {
    key: `${NAME}:${type}:${id}`,
    to,
    data,
    value,
    due,
    text: `${type} proposal ${id} "${title}": ${calls.join("; ")}`,
  };
}

/** Proposals that may still come to something. Rebuilt from the logs at every start. */
class OpenProposals {
  readonly #context: KeeperContext;
  readonly #known = new Map<bigint, Proposal>();
  #cursor: bigint | undefined;

  constructor(context: KeeperContext) {
    this.#context = context;
  }

  get(id: bigint): Proposal {
    const proposal = this.#known.get(id);
    if (!proposal) throw new RangeError(`proposal ${id} is not open`);
    return proposal;
  }

  /** @throws AssayError SDK-007 where the deployment has no governor, SDK-042 when the endpoint gives no logs */
  async read({ head }: ChainFacts): Promise<ProposalView[]> {
    const { client } = this.#context;
    const from = this.#cursor === undefined || this.#cursor < REORG_DEPTH ? undefined : this.#cursor - REORG_DEPTH;
    const fresh = await listProposals(client, from === undefined ? {} : { fromBlock: from });
    for (const proposal of fresh) this.#known.set(proposal.id, proposal);
    const read = new Set(fresh.map(({ id }) => id));
    for (const [id, proposal] of this.#known) {
      const view = read.has(id) ? proposal : await this.#again(proposal);
      if (["canceled", "defeated", "expired", "executed"].includes(view.state)) this.#known.delete(id);
      else this.#known.set(id, view);
    }
    this.#cursor = head;
    return [...this.#known.values()];
  }

  async #again(proposal: Proposal): Promise<Proposal> {
    const { rpc, client } = this.#context;
    const { address } = client.deployment.contracts.AssayGovernor!;
    const governor = { address, abi: contractAbis.AssayGovernor, args: [proposal.id] } as const;
    const [state, deadline, eta] = await Promise.all([
      rpc.readContract({ ...governor, functionName: "state" }),
      rpc.readContract({ ...governor, functionName: "proposalDeadline" }),
      rpc.readContract({ ...governor, functionName: "proposalEta" }),
    ]);
    return {
      ...proposal,
      state: proposalStates[state]!,
      deadline: Number(deadline),
      eta: eta === 0n ? null : Number(eta),
    };
  }
}
