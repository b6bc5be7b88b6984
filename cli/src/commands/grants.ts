import type { GrantRound } from "@assay/sdk";
import { Command } from "commander";
import { isHex, keccak256, toBytes } from "viem";
import { addressOf, amountOf, asy, countOf, unitsOf } from "../arguments.ts";
import { command } from "../command.ts";
import { accountOf } from "../context.ts";
import { print, time } from "../output.ts";
import { send } from "../send.ts";
import { approval, decimalsOf, writerOf } from "../tokens.ts";

const ROUND = ["<round>", "the round's number"] as const;
const PROJECT = ["<project>", "the project's number in its round"] as const;

const numberOf = (text: string) => BigInt(countOf(text, 1e9));

/** Rounds of grants: quadratic votes of staked ASY. */
export function grantCommands(env: NodeJS.ProcessEnv): Command {
  const group = new Command("grants").description("rounds of grants: look at, put up a project, vote, settle");
  for (const made of [show(env), propose(env), ...acting(env)]) group.addCommand(made);
  return group;
}

function show(env: NodeJS.ProcessEnv): Command {
  return command(
    env,
    {
      name: "show",
      description: "show a round, its projects, and whether the account can vote",
      arguments: [["[round]", "its number (default: the newest)"]],
      writes: false,
    },
    async (context, [text]) => {
      const { client, account } = context;
      const rounds = await client.countRounds();
      if (text === undefined && rounds === 0n) return print(context.json, { rounds }, ["no rounds"]);
      const round = await client.getRound({ round: text === undefined ? rounds - 1n : numberOf(text) });
      const voice = account && (await client.explainGrantVote({ round: round.round, account }));
      const amount = await writerOf(context, round.token);
      const vote = voice && [
        `  your voice: ${asy(voice.voice)}, spent ${asy(voice.spent)}`,
        ...voice.reasons.map((reason) => `  you cannot vote: ${reason}`),
      ];
      print(context.json, { ...round, ...(voice ? { voice } : {}) }, [...roundLines(round, amount), ...(vote ?? [])]);
    },
  );
}

function propose(env: NodeJS.ProcessEnv): Command {
  return command(
    env,
    {
      name: "propose",
      description: "put a project up for a round; its bond comes back unless hardly anybody votes for it",
      arguments: [ROUND, ["<beneficiary>", "who is paid"], ["<asked>", "at most, in the round's token"]],
      options: [["--description <text>", "what it is, or the 32-byte hash of what is published elsewhere"]],
      writes: true,
    },
    async (context, [text = "", beneficiary = "", asked = ""], { description }) => {
      const { client } = context;
      const round = await client.getRound({ round: numberOf(text) });
      const { address: spender } = client.deployment.contracts.QuadraticGrants!;
      const what = typeof description === "string" ? description : "";
      const call = client.prepareProposeProject({
        round: round.round,
        beneficiary: addressOf(beneficiary),
        asked: unitsOf(asked, await decimalsOf(context, round.token)),
        description: isHex(what) && what.length === 66 ? what : keccak256(toBytes(what)),
      });
      await send(context, [...(await approval(context, { spender, amount: round.bond })), call], {
        bond: asy(round.bond),
      });
    },
  );
}

function acting(env: NodeJS.ProcessEnv): Command[] {
  return [
    command(
      env,
      {
        name: "vote",
        description: "spend a part of one's voice on a project: four times the credits are twice the votes",
        arguments: [ROUND, PROJECT, ["<credits>", "in ASY, or `all` that is left"]],
        writes: true,
      },
      async (context, [text = "", project = "", spent = ""]) => {
        const round = numberOf(text);
        const { client } = context;
        const voice = spent === "all" && (await client.explainGrantVote({ round, account: accountOf(context) }));
        const credits = voice ? voice.voice - voice.spent : amountOf(spent);
        await send(context, [client.prepareVoteGrant({ round, project: numberOf(project), credits })]);
      },
    ),
    command(
      env,
      { name: "settle", description: "pay a project its share; anyone may", arguments: [ROUND, PROJECT], writes: true },
      async (context, [round = "", project = ""]) => {
        const call = context.client.prepareSettleProject({ round: numberOf(round), project: numberOf(project) });
        await send(context, [call]);
      },
    ),
    command(
      env,
      {
        name: "sweep",
        description: "give the treasury what a round left; anyone may",
        arguments: [ROUND],
        writes: true,
      },
      async (context, [round = ""]) => {
        await send(context, [context.client.prepareSweepRound({ round: numberOf(round) })]);
      },
    ),
  ];
}

function roundLines(round: GrantRound, amount: (units: bigint) => string): string[] {
  const { votingStart, votingEnd, payableFrom, closesAt } = round;
  return [
    `round ${round.round}: ${round.stage}, ${amount(round.budget)}, ${amount(round.paid)} of it paid`,
    `  votes from ${time(votingStart)} to ${time(votingEnd)}; paid from ${time(payableFrom)} to ${time(closesAt)}`,
    ...round.projects.map(({ project, beneficiary, asked, share, struck, settled }) => {
      const state = struck ? "struck" : settled ? "settled" : `${amount(share)} of ${amount(asked)} asked`;
      return `  ${project}  ${beneficiary}  ${state}`;
    }),
  ];
}
