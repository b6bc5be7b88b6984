import { existsSync } from "node:fs";
import {
  describeSimulation,
  type Proposal,
  type ProposalContent,
  proposalId,
  proposalStates,
  type VoteSide,
  voteSides,
} from "@assay/sdk";
import { Command } from "commander";
import { isAddress } from "viem";
import { addressOf, asy, oneOf, proposalIdOf } from "../arguments.ts";
import { command } from "../command.ts";
import type { CliContext } from "../context.ts";
import { print, time } from "../output.ts";
import { readProposal } from "../proposal-file.ts";
import { send } from "../send.ts";

const ID = ["<id>", "the proposal's id"] as const;

/** Proposals and votes. */
export function governanceCommands(env: NodeJS.ProcessEnv): Command[] {
  const group = new Command("gov").description("proposals: list, look at, simulate, make, vote on, queue, execute");
  for (const made of [...reading(env), ...voting(env), ...moving(env)]) group.addCommand(made);
  return [group];
}

function reading(env: NodeJS.ProcessEnv): Command[] {
  return [
    command(
      env,
      {
        name: "list",
        description: "list proposals, newest first",
        options: [
          ["--state <state,...>", `only in these states (${proposalStates.join(", ")})`],
          ["--limit <n>", "look at the newest so many"],
        ],
        writes: false,
      },
      async (context, _, { state, limit }) => {
        const states =
          typeof state === "string" ? state.split(",").map((one) => oneOf(one, proposalStates)) : undefined;
        const proposals = await context.client.listProposals({
          ...(states ? { states } : {}),
          ...(typeof limit === "string" ? { limit: Number(proposalIdOf(limit)) } : {}),
        });
        const lines = proposals.map(
          ({ id, state, description }) => `${state.padEnd(9)} ${id}  ${firstLine(description)}`,
        );
        print(context.json, proposals, lines.length > 0 ? lines : ["no proposals"]);
      },
    ),
    command(
      env,
      { name: "show", description: "show a proposal, its calls in words, its votes", arguments: [ID], writes: false },
      async (context, [id = ""]) => {
        const proposal = await context.client.getProposal({ id: proposalIdOf(id) });
        const voter = context.account;
        const vote = voter ? await context.client.explainVote({ proposalId: proposal.id, account: voter }) : undefined;
        print(context.json, { ...proposal, ...(vote ? { vote } : {}) }, [
          ...proposalLines(proposal),
          ...(vote ? [voteLine(vote)] : []),
        ]);
      },
    ),
    command(
      env,
      {
        name: "simulate",
        description: "execute a proposal on a copy of the chain and show what it changes",
        arguments: [["<id or file>", "a proposal's id, or the file of one that is not made yet"]],
        writes: false,
      },
      async (context, [text = ""]) => {
        const content = await contentOf(context, text);
        // the only command that needs Hardhat, which takes a second to load
        const { forkChain } = await import("../fork.ts");
        const { rpcUrls, chainId } = context.config;
        const blockNumber = await context.client.publicClient.getBlockNumber({ cacheTime: 0 });
        const fork = await forkChain({ url: rpcUrls[0]!, chainId, blockNumber });
        try {
          const result = await context.client.simulateProposal({ ...content, fork });
          const { failure, ...rest } = result;
          const told = { ...rest, failure: failure && { code: failure.code, message: failure.message } };
          print(context.json, told, describeSimulation(context.client.deployment, result));
          if (failure) process.exitCode = 1;
        } finally {
          await fork.close();
        }
      },
    ),
  ];
}

function voting(env: NodeJS.ProcessEnv): Command[] {
  const sides = Object.keys(voteSides) as VoteSide[];
  return [
    command(
      env,
      {
        name: "votes",
        description: "list votes with their reasons, newest first: of a proposal, or of an account in all of them",
        arguments: [["<id or address>", "a proposal's id, or who voted"]],
        writes: false,
      },
      async (context, [text = ""]) => {
        const of = isAddress(text, { strict: false }) ? { voter: text } : { proposalId: proposalIdOf(text) };
        const votes = await context.client.listVotes(of);
        const lines = votes.map(({ proposalId, voter, side, weight, reason, override }) => {
          const subject = "voter" in of ? String(proposalId) : voter;
          const how = override ? ", own tokens only" : "";
          return `${subject}  ${side} with ${asy(weight)}${how}${reason === "" ? "" : `: ${reason}`}`;
        });
        print(context.json, votes, lines.length > 0 ? lines : ["no votes"]);
      },
    ),
    command(
      env,
      {
        name: "vote",
        description: "vote on a proposal",
        arguments: [ID, ["<side>", sides.join(", ")]],
        options: [
          ["--reason <text>", "kept on chain for everybody to read"],
          ["--override", "cast one's own tokens only, instead of whoever represents them"],
        ],
        writes: true,
      },
      async (context, [id = "", side = ""], { reason, override }) => {
        const call = context.client.prepareCastVote({
          proposalId: proposalIdOf(id),
          side: oneOf(side, sides),
          ...(typeof reason === "string" ? { reason } : {}),
          override: override === true,
        });
        await send(context, [call]);
      },
    ),
    command(
      env,
      {
        name: "delegate",
        description: "choose who casts one's votes; oneself to cast them",
        arguments: [["<to>", "the address that votes"]],
        options: [["--staked", "of staked and delegated tokens, instead of those in the wallet"]],
        writes: true,
      },
      async (context, [to = ""], { staked }) => {
        const of = staked === true ? "staked" : "liquid";
        await send(context, [context.client.prepareDelegateVotes({ to: addressOf(to), of })]);
      },
    ),
  ];
}

function moving(env: NodeJS.ProcessEnv): Command[] {
  const moves = [
    ["queue", "hand a proposal that passed to the timelock", "prepareQueueProposal"],
    ["execute", "carry out a queued proposal whose wait is over", "prepareExecuteProposal"],
    ["cancel", "cancel a proposal, as its guardian", "prepareCancelProposal"],
  ] as const;
  return [
    command(
      env,
      {
        name: "propose",
        description: "put the calls of a JSON file to the vote",
        arguments: [["<file>", "description and calls"]],
        writes: true,
      },
      async (context, [file = ""]) => {
        const content = readProposal(file, context.client.deployment);
        await send(context, [context.client.preparePropose(content)], { proposalId: proposalId(content) });
      },
    ),
    ...moves.map(([name, description, prepare]) =>
      command(env, { name, description, arguments: [ID], writes: true }, async (context, [id = ""]) => {
        const proposal = await context.client.getProposal({ id: proposalIdOf(id) });
        await send(context, [context.client[prepare](proposal)]);
      }),
    ),
  ];
}

async function contentOf(context: CliContext, text: string): Promise<ProposalContent> {
  if (existsSync(text)) return readProposal(text, context.client.deployment);
  return context.client.getProposal({ id: proposalIdOf(text) });
}

function proposalLines({ id, state, proposer, description, calls, votes, quorum, ...times }: Proposal): string[] {
  return [
    `${id}: ${state}`,
    `  ${firstLine(description)}`,
    `  proposed by ${proposer} in block ${times.blockNumber}`,
    ...calls.map(({ text }, index) => `  ${index + 1}. ${text}`),
    `  votes are those of ${time(times.snapshot)}; voting ends at ${time(times.deadline)}`,
    `  for ${asy(votes.for)}, against ${asy(votes.against)}, abstain ${asy(votes.abstain)}` +
      (quorum === null ? "" : `; for and abstain need ${asy(quorum)}`),
    ...(times.eta === null ? [] : [`  can be executed from ${time(times.eta)} on`]),
  ];
}

function voteLine({ canVote, votes, reasons }: { canVote: boolean; votes: bigint; reasons: string[] }): string {
  return canVote ? `  you can vote with ${asy(votes)}` : `  you cannot vote: ${reasons.join("; ")}`;
}

function firstLine(description: string): string {
  return description.split("\n")[0] ?? "";
}
