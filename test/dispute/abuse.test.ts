import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type Address, concat, type Hex, keccak256, numberToHex, slice, toFunctionSelector, toHex } from "viem";
import { answeredGame } from "../../sdk/src/codec/game.ts";
import { buildsOf } from "./support/builds.ts";
import { Court, deployBuild, keyOf, MIN_WINDOW, wordOf } from "./support/court.ts";
import { fault } from "./support/faults.ts";
import { decodePlace, type Game, LEVEL } from "./support/place.ts";
import { play, walkTo } from "./support/play.ts";
import { Accuser, Defender, headersOf, type Move, words } from "./support/players.ts";
import type { Suit } from "./support/suit.ts";
import { smallTask } from "./support/tasks.ts";

const task = smallTask({ steps: 9, segmentLength: 2 });
const tamper = fault(4, 37, 5);

describe("bad moves", () => {
  let court: Court;
  let alice: Address;
  let bob: Address;
  let suit: Suit;
  let defender: Defender;
  let accuser: Accuser;
  let reset: () => Promise<void>;
  before(async () => {
    court = await Court.open(buildsOf());
    alice = await court.fund(court.world.accounts[5]!);
    bob = await court.fund(court.world.accounts[6]!);
    const submitted = await court.submit(task, { tamper });
    suit = submitted;
    defender = new Defender(suit, submitted.claimed);
    accuser = new Accuser(suit, suit.honest, alice);
    reset = await court.world.snapshot();
  });
  beforeEach(() => reset());
  after(() => court.close());

  /** Asserts that a move is refused and that the game stands as before. */
  async function refused(from: Address, move: Move, error: string, game?: Game): Promise<void> {
    await court.refused(from, move, error);
    if (!game) return;
    const challenger = `0x${(game.party >> 96n).toString(16).padStart(40, "0")}`;
    const [word] = await court.world.read<readonly [bigint, number]>(court.dispute, "gameOf", [
      game.commitment,
      challenger,
    ]);
    assert.equal(word, wordOf(game), "the game is untouched");
  }

  /** Replaces argument `index` of a move. */
  function with_([name, args]: Move, index: number, change: (value: never) => unknown): Move {
    return [name, args.map((value, i) => (i === index ? change(value as never) : value))];
  }

  test("a challenge to oneself, without dispute policy, to another judge, twice, after the window, without money", async () => {
    await court.fund(court.provider.address, 100n);
    await refused(court.provider.address, accuser.challenge(), "Dispute_SelfChallenge");
    const plain = await court.submit(task, { terms: { policy: 1 } });
    await refused(alice, new Accuser(plain, plain.honest, alice).challenge(), "Dispute_NotInPolicy");
    const other = await court.anotherReferee(bob);
    const unknown = court.world.send(alice, other, ...accuser.challenge());
    await assert.rejects(unknown, ({ data }: { data: Hex }) =>
      data.startsWith(toFunctionSelector("Dispute_UnknownJudge(address,address)")),
    );
    const game = await court.challenge(accuser);
    await refused(alice, accuser.challenge(), "Dispute_GameExists", game);
    await refused(court.world.accounts[9]!, accuser.challenge(), "ERC20InsufficientAllowance");
    court.world.pass(Number(MIN_WINDOW));
    await refused(bob, accuser.challenge(), "Dispute_WindowClosed");
  });

  test("it accepts jobs that name its judge and whose window is one and a half times the run", async () => {
    const judgeable = (spec: readonly Hex[], terms = suit.record.terms) =>
      court.world.read<boolean>(court.dispute, "accepts", [terms, spec]);
    const { spec } = suit.record;
    assert.equal(await judgeable(spec), true);
    assert.equal(await judgeable(spec.with(5, numberToHex(BigInt(bob), { size: 32 }))), false);
    const slow = (seconds: bigint) =>
      spec.with(3, numberToHex(BigInt(spec[3]!) + ((seconds - 60n) << 88n), { size: 32 }));
    const window = BigInt(Math.max(suit.job.fields.window, Number(MIN_WINDOW)));
    assert.equal(await judgeable(slow((window * 2n) / 3n)), true);
    assert.equal(await judgeable(slow((window * 2n) / 3n + 1n)), false);
  });

  test("a challenge with another commitment, run word, spec or terms", async () => {
    const { record } = suit;
    const call = (change: object, run = suit.run): Move => ["challenge", [{ ...record, ...change }, run, accuser.last]];
    await refused(alice, call({ runRoot: keccak256("0x01") }), "Dispute_NotSubmitted");
    await refused(alice, call({ finalState: keccak256("0x01") }), "Dispute_NotSubmitted");
    await refused(alice, call({ nonce: keccak256("0x01") }), "Dispute_NotSubmitted");
    await refused(alice, call({}, suit.run + (1n << 56n)), "Dispute_NotSubmitted");
    await refused(alice, call({ spec: suit.record.spec.with(0, keccak256("0x01")) }), "Dispute_WrongRecord");
    const terms = suit.record.terms.with(0, suit.record.terms[0]! + 1n);
    await refused(alice, call({ terms }), "Dispute_NotSubmitted");
  });

  test("a run of one segment must be challenged at its end", async () => {
    const single = await court.submit(smallTask({ steps: 2, segmentLength: 2 }), { tamper: fault(1, 37, 5) });
    await refused(alice, ["challenge", [single.record, single.run, false]], "Dispute_SingleSegment");
  });

  test("moves out of turn and by others", async () => {
    const game = await court.challenge(accuser);
    const pick: Move = ["pickNode", [game, 0, keccak256("0x01"), []]];
    await refused(alice, pick, "Dispute_NotRevealed", game);
    await refused(bob, pick, "Dispute_NotChallenger", game);
    await refused(bob, defender.answer(game), "Dispute_NotProvider", game);
    await refused(alice, ["pickElement", [game, 0n, numberToHex(0, { size: 32 }), []]], "Dispute_WrongLevel", game);
    await refused(court.provider.address, ["revealTile", [game, "0x"]], "Dispute_WrongLevel", game);
    const data = await court.reveal(defender, game);
    await refused(court.provider.address, defender.answer(game), "Dispute_AlreadyRevealed", game);
    const next = (await court.pick(accuser, game, data))!;
    await refused(alice, accuser.answer(game, data), "Dispute_StaleGame", next);
    await refused(court.provider.address, defender.answer(game), "Dispute_StaleGame", next);
  });

  test("an operator of the provider may answer", async () => {
    const operator = court.world.accounts[8]!;
    const game = await court.challenge(accuser);
    await refused(operator, defender.answer(game), "Dispute_NotProvider", game);
    await court.provider.send(court.world.staking, "setOperator", [operator, true]);
    await court.send(operator, defender.answer(game));
  });

  test("a game that is not where it says: every word of it is bound", async () => {
    const game = await court.challenge(accuser);
    const answer = defender.answer(game);
    for (const change of [
      { party: game.party + 1n },
      { clock: game.clock + (1n << 216n) },
      { place: game.place + (1n << 144n) },
      { expect: keccak256("0x01") },
      { pre: keccak256("0x01") },
    ]) {
      await refused(
        court.provider.address,
        with_(answer, 0, () => ({ ...game, ...change })),
        "Dispute_StaleGame",
        game,
      );
    }
  });

  test("tree: too few or many nodes, other nodes, padding, index out of range, short and long proofs (W6, V4, V27, V28)", async () => {
    const game = await court.challenge(accuser);
    const answer = defender.answer(game);
    const provider = court.provider.address;
    const nodes = answer[1][1] as Hex[];
    assert.equal(nodes.length, 4, "nine steps in segments of two have four inner boundaries");
    await refused(
      provider,
      with_(answer, 1, () => nodes.slice(1)),
      "Dispute_WrongLength",
      game,
    );
    await refused(
      provider,
      with_(answer, 1, () => [...nodes, nodes[0]]),
      "Dispute_WrongLength",
      game,
    );
    await refused(
      provider,
      with_(answer, 1, () => nodes.with(0, keccak256("0x01"))),
      "Dispute_WrongRoot",
      game,
    );
    const bomb = Array.from({ length: 3_000 }, () => keccak256("0x01"));
    await refused(
      provider,
      with_(answer, 1, () => bomb),
      "Dispute_WrongLength",
      game,
    );
    const data = await court.reveal(defender, game);
    const pick = accuser.answer(game, data);
    await refused(
      alice,
      with_(pick, 1, () => 4),
      "Dispute_IndexOutOfRange",
      game,
    );
    await refused(
      alice,
      with_(pick, 1, (index: number) => index ^ 1),
      "Dispute_WrongRoot",
      game,
    );
    await refused(
      alice,
      with_(pick, 3, (proof: Hex[]) => proof.slice(1)),
      "Dispute_WrongLength",
      game,
    );
    await refused(
      alice,
      with_(pick, 3, (proof: Hex[]) => [...proof, proof[0]]),
      "Dispute_WrongLength",
      game,
    );
    await refused(
      alice,
      with_(pick, 3, () => bomb),
      "Dispute_WrongLength",
      game,
    );
    // an inner node passed off as a child: a second preimage at another depth
    const inner = keccak256(concat(["0x01", nodes[0]!, nodes[1]!]));
    await refused(
      alice,
      with_(
        with_(pick, 2, () => inner),
        3,
        (proof: Hex[]) => proof.slice(1),
      ),
      "Dispute_WrongLength",
      game,
    );
  });

  test("segment: wrong count, end, start, proof; a pick of states that were not revealed (W11)", async () => {
    const { game } = await walkTo(court, accuser, defender, LEVEL.Segment, false);
    const answer = defender.answer(game);
    const provider = court.provider.address;
    const states = answer[1][4] as Hex[];
    await refused(
      provider,
      with_(answer, 4, () => [...states, states.at(-1)]),
      "Dispute_WrongLength",
      game,
    );
    await refused(
      provider,
      with_(answer, 4, () => states.slice(1)),
      "Dispute_WrongLength",
      game,
    );
    await refused(
      provider,
      with_(answer, 4, () => states.with(-1, keccak256("0x01"))),
      "Dispute_WrongEnd",
      game,
    );
    await refused(
      provider,
      with_(answer, 2, () => keccak256("0x01")),
      "Dispute_WrongRoot",
      game,
    );
    await refused(
      provider,
      with_(answer, 3, (proof: Hex[]) => proof.slice(1)),
      "Dispute_WrongLength",
      game,
    );
    await refused(
      provider,
      with_(answer, 3, (proof: Hex[]) => [...proof, proof[0]]),
      "Dispute_WrongLength",
      game,
    );
    for (const field of ["initState", "shape", "runRoot", "program"]) {
      await refused(
        provider,
        with_(answer, 1, (run: object) => ({ ...run, [field]: keccak256("0x01") })),
        "Dispute_WrongStart",
        game,
      );
    }
    const data = await court.reveal(defender, game);
    const pick = accuser.answer(game, data);
    const change = (fields: object): Move => with_(pick, 1, (value: object) => ({ ...value, ...fields }));
    const { states: opened, proof } = pick[1][1] as { states: Hex[]; proof: Hex[] };
    await refused(alice, change({ start: keccak256("0x01") }), "Dispute_WrongReveal", game);
    await refused(alice, change({ program: keccak256("0x01") }), "Dispute_WrongReveal", game);
    await refused(alice, change({ firstStep: 0n }), "Dispute_WrongReveal", game);
    await refused(alice, change({ root: keccak256("0x01") }), "Dispute_WrongReveal", game);
    await refused(alice, change({ index: 2n }), "Dispute_IndexOutOfRange", game);
    await refused(alice, change({ states: [...opened, opened[0]!] }), "Dispute_WrongLength", game);
    await refused(alice, change({ states: opened.map(() => keccak256("0x01")) }), "Dispute_WrongRoot", game);
    await refused(alice, change({ proof: proof.slice(1) }), "Dispute_WrongLength", game);
  });

  test("operators: roots that do not start or end where they should, other programs, other inputs (W2)", async () => {
    const { game } = await walkTo(court, accuser, defender, LEVEL.Ops, false);
    const answer = defender.answer(game);
    const provider = court.provider.address;
    const roots = answer[1][3] as Hex[];
    const states = suit.honest.states[0]!.length;
    await refused(
      provider,
      with_(answer, 3, () => roots.slice(1)),
      "Dispute_WrongLength",
      game,
    );
    await refused(
      provider,
      with_(answer, 3, () => roots.with(0, keccak256("0x01"))),
      "Dispute_WrongStart",
      game,
    );
    await refused(
      provider,
      with_(answer, 3, () => roots.with(-1, keccak256("0x01"))),
      "Dispute_WrongEnd",
      game,
    );
    // W2: the honest roots of the step under a wrong end
    const step = decodePlace(game.place).step;
    await refused(
      provider,
      with_(answer, 3, () => suit.honest.opRoots(step)),
      "Dispute_WrongEnd",
      game,
    );
    for (const change of [{ dataRoot: keccak256("0x01") }, { nonce: keccak256("0x01") }]) {
      await refused(
        provider,
        with_(answer, 1, (program: object) => ({ ...program, ...change })),
        "Dispute_WrongStart",
        game,
      );
    }
    const headers = headersOf(suit.honest);
    await refused(
      provider,
      with_(answer, 2, () => slice(headers, 0, 44 + 2 * states)),
      "Dispute_WrongProgram",
      game,
    );
    await refused(
      provider,
      with_(answer, 2, () => "0x"),
      "Dispute_MalformedProgram",
      game,
    );
    await refused(
      provider,
      with_(answer, 2, () => toHex(new Uint8Array(100_000))),
      "Dispute_MalformedProgram",
      game,
    );

    const data = await court.reveal(defender, game);
    const pick = accuser.answer(game, data);
    const { head, index, valueProof, opProof, inputs, inputProofs } = pick[1][1] as {
      head: { nonce: Hex; dataRoot: Hex; opsRoot: Hex };
      index: bigint;
      valueProof: Hex[];
      opProof: Hex[];
      inputs: Hex[];
      inputProofs: Hex[];
    };
    const change = (fields: object): Move => with_(pick, 1, (value: object) => ({ ...value, ...fields }));
    const wrong = keccak256("0x01");
    await refused(alice, change({ head: { ...head, opsRoot: wrong } }), "Dispute_WrongReveal", game);
    await refused(alice, change({ head: { ...head, nonce: wrong } }), "Dispute_WrongReveal", game);
    await refused(alice, change({ states: BigInt(states + 1) }), "Dispute_WrongReveal", game);
    await refused(alice, change({ index: 41n }), "Dispute_IndexOutOfRange", game);
    await refused(alice, change({ index: index - 1n }), "Dispute_WrongRoot", game);
    await refused(alice, change({ value: wrong }), "Dispute_WrongRoot", game);
    await refused(alice, change({ valueProof: valueProof.slice(1) }), "Dispute_WrongLength", game);
    await refused(alice, change({ opProof: [...opProof, wrong] }), "Dispute_WrongLength", game);
    await refused(alice, change({ inputs: inputs.slice(1) }), "Dispute_WrongLength", game);
    await refused(alice, change({ inputs: inputs.with(0, wrong) }), "Dispute_WrongRoot", game);
    await refused(alice, change({ inputProofs: inputProofs.slice(0, -1) }), "Dispute_WrongLength", game);
    await refused(alice, change({ inputProofs: [...inputProofs, wrong] }), "Dispute_WrongLength", game);
    // another record of the same step
    const other = with_(pick, 2, (record: { attrs: bigint[] }) => ({ ...record, attrs: record.attrs.with(0, 7n) }));
    await refused(alice, other, "Dispute_WrongRoot", game);
  });

  test("tile, element, prefix sums, proof: lengths, contents, ends and indexes (W12, J1, J2, J3, V28)", async () => {
    const provider = court.provider.address;
    const wrong = keccak256("0x01");
    let { game } = await walkTo(court, accuser, defender, LEVEL.Tile, false);
    const tile = defender.answer(game);
    await refused(
      provider,
      with_(tile, 1, (data: Hex) => slice(data, 1)),
      "Dispute_WrongLength",
      game,
    );
    await refused(
      provider,
      with_(tile, 1, (data: Hex) => concat([data, "0x00"])),
      "Dispute_WrongLength",
      game,
    );
    await refused(
      provider,
      with_(tile, 1, (data: Hex) => concat(["0xff", slice(data, 1)])),
      "Dispute_WrongRoot",
      game,
    );
    let data = await court.reveal(defender, game);
    const element = accuser.answer(game, data);
    await refused(
      alice,
      with_(element, 1, () => 256n),
      "Dispute_IndexOutOfRange",
      game,
    );
    await refused(
      alice,
      with_(element, 1, (index: bigint) => (index + 128n) % 256n),
      "Dispute_WrongReveal",
      game,
    );
    await refused(
      alice,
      with_(element, 2, () => wrong),
      "Dispute_WrongReveal",
      game,
    );
    await refused(
      alice,
      with_(element, 3, (proof: Hex[]) => proof.slice(1)),
      "Dispute_WrongLength",
      game,
    );
    game = (await court.pick(accuser, game, data))!;

    const sums = defender.answer(game);
    await refused(
      provider,
      with_(sums, 1, (value: Hex) => concat([value, value])),
      "Dispute_WrongLength",
      game,
    );
    await refused(
      provider,
      with_(sums, 1, (value: Hex) => concat([slice(value, 0, 7), "0x77"])),
      "Dispute_WrongEnd",
      game,
    );
    data = await court.reveal(defender, game);
    const chunk = accuser.answer(game, data);
    await refused(
      alice,
      with_(chunk, 2, () => 1n),
      "Dispute_IndexOutOfRange",
      game,
    );
    await refused(
      alice,
      with_(chunk, 1, () => numberToHex(7, { size: 8 })),
      "Dispute_WrongReveal",
      game,
    );
    const proof = chunk;
    const change = (fields: object): Move => with_(proof, 3, (value: object) => ({ ...value, ...fields }));
    const { op, roots, tiles } = proof[1][3] as {
      op: { rows: number };
      roots: Hex[];
      tiles: { data: Hex; proof: Hex[] }[];
    };
    await refused(alice, change({ op: { ...op, rows: 1 } }), "Dispute_WrongStart", game);
    await refused(alice, change({ roots: roots.with(0, wrong) }), "Dispute_WrongStart", game);
    await refused(alice, change({ nonce: wrong }), "Dispute_WrongStart", game);
    await refused(alice, change({ tiles: [] }), "Judge_TileCount", game);
    await refused(alice, change({ tiles: tiles.toReversed() }), "Judge_DataLength", game);
    await refused(alice, change({ tiles: [{ ...tiles[0]!, data: "0x000000" }, tiles[1]!] }), "Judge_DataLength", game);
    const long = { ...tiles[1]!, proof: [...tiles[1]!.proof, wrong] };
    await refused(alice, change({ tiles: [tiles[0]!, long] }), "Judge_ProofLength", game);
    await court.send(alice, proof);
    await refused(alice, proof, "Dispute_Settled", game);
    await refused(bob, accuser.challenge(), "Dispute_Settled");
  });

  for (const [others, error] of [
    [0, "Dispute_StaleGame"],
    [1, "Dispute_WrongReveal"],
  ] as const) {
    test(`a signed pick does not fit another reveal after a fork (W7), ${others} other games`, async () => {
      if (others > 0) await court.challenge(new Accuser(suit, suit.honest, bob));
      const { game } = await walkTo(court, accuser, defender, LEVEL.Segment, false);
      const fork = await court.world.snapshot();
      const signed = accuser.answer({ ...game }, await court.reveal(defender, { ...game }));
      const [name, args] = defender.answer(game);
      await fork();
      // on the other branch the provider reveals a list that differs already at its first state
      const states = (args[4] as Hex[]).with(0, keccak256("0x01"));
      await court.send(court.provider.address, [name, args.with(4, states)]);
      await refused(alice, signed, error);
    });
  }

  test("a signed challenge does not fit another result after a fork (W7)", async () => {
    const signed = accuser.challenge();
    const other = await court.submit(task, { tamper: fault(2, 37, 5) });
    const [, [record, , last]] = signed;
    await refused(
      alice,
      ["challenge", [{ ...(record as object), runRoot: other.record.runRoot }, other.run, last]],
      "Dispute_NotSubmitted",
    );
  });

  test("a provider cannot answer two challengers differently (V5)", async () => {
    const other = new Accuser(suit, suit.honest, bob);
    let second = await court.challenge(other);
    const { game } = await walkTo(court, accuser, defender, LEVEL.Segment, true);
    assert.equal(keyOf(second), keyOf({ ...second, party: 0n }), "challengers do not enter the key");
    second = (await court.pick(other, second, (await court.revealed(second))!))!;
    assert.equal(keyOf(second), keyOf(game), "both stand at the same place");
    await refused(court.provider.address, defender.answer(second), "Dispute_AlreadyRevealed", second);
  });

  test("answers to one game after another may differ, and each of them convicts", async () => {
    const { game } = await walkTo(court, accuser, defender, LEVEL.Segment, true);
    await refused(court.provider.address, defender.answer(game), "Dispute_AlreadyRevealed", game);
    // to the second challenger the provider shows other states in between, and must still end where it said
    const other = new Accuser(suit, suit.honest, bob);
    let second = await court.challenge(other);
    second = (await court.pick(other, second, await court.reveal(defender, second)))!;
    const [name, args] = defender.answer(second);
    const states = (args[4] as Hex[]).with(0, keccak256("0x01"));
    await court.send(court.provider.address, [name, args.with(4, states)]);
    const fork = await court.world.snapshot();
    const next = await court.pick(other, second, concat([args[2] as Hex, ...states]));
    await refused(court.provider.address, defender.answer(next!), "Dispute_WrongEnd", next);
    court.world.pass(7_200 + 2 * 16 * 60 + 1);
    await court.send(bob, ["timeout", [next]]);
    assert.equal(await court.verdict(suit), 2);
    await fork();
    const first = (await court.pick(accuser, game, (await court.revealed(game))!))!;
    await play(court, accuser, defender, first);
    assert.equal(await court.verdict(suit), 2);
  });

  /** Lets bob walk to where alice stands; returns his game and what is revealed there. */
  async function follow(): Promise<{ second: Game; data: Hex }> {
    const other = new Accuser(suit, suit.honest, bob);
    let second = await court.challenge(other);
    while (decodePlace(second.place).level !== LEVEL.Prefix) {
      second = (await court.pick(other, second, await court.reveal(defender, second)))!;
    }
    return { second, data: await court.reveal(defender, second) };
  }

  test("a copied proof pays the one who was copied (DSP-82, P5)", async () => {
    const { game, data } = await walkTo(court, accuser, defender, LEVEL.Prefix, true);
    const { second } = await follow();
    const [, [, ...shown]] = accuser.answer(game, data);
    await court.send(bob, ["proveChunk", [second, ...shown]]);
    const { party } = await court.docket(suit.commitment);
    assert.equal(party.toLowerCase(), alice.toLowerCase());
  });

  test("a first comer that ran out of time is not paid for another's proof", async () => {
    const { game } = await walkTo(court, accuser, defender, LEVEL.Prefix, true);
    court.world.pass(3_000);
    const { second, data } = await follow();
    court.world.pass(4_201);
    await court.send(bob, ["timeout", [game]]);
    await court.send(bob, new Accuser(suit, suit.honest, bob).answer(second, data));
    const { party } = await court.docket(suit.commitment);
    assert.equal(party.toLowerCase(), bob.toLowerCase());
  });

  test("a puppet that loses on purpose shields nothing (V6)", async () => {
    const { game: puppet } = await walkTo(court, new Accuser(suit, suit.honest, bob), defender, LEVEL.Segment, true);
    court.world.pass(7_201 - 3_700);
    const game = await court.challenge(accuser);
    court.world.pass(3_700);
    await court.send(court.provider.address, ["timeout", [puppet]]);
    await play(court, accuser, defender, game);
    assert.equal(await court.verdict(suit), 2);
  });

  test("the words of a reveal are in its event, so a challenger needs nothing but logs", async () => {
    const game = await court.challenge(accuser);
    const alone = await court.world.snapshot();
    const answer = async () => (await court.send(court.provider.address, defender.answer(game))).events[0]!.args;
    const own = await answer();
    assert.deepEqual(words(own.data as Hex), defender.nodes(decodePlace(game.place)));
    const answered = answeredGame(game, own as { key: Hex; clock: bigint; expect: Hex })!;
    const args = [suit.commitment, alice];
    const [word] = await court.world.read<readonly [bigint, number]>(court.dispute, "gameOf", args);
    assert.equal(word, wordOf(answered), "the only live game is moved, to where the event says");
    await alone();
    await court.challenge(new Accuser(suit, suit.honest, bob));
    const shared = await answer();
    assert.equal(shared.key, keyOf(game));
    assert.equal(answeredGame(game, shared as { key: Hex; clock: bigint; expect: Hex }), undefined);
    const [same] = await court.world.read<readonly [bigint, number]>(court.dispute, "gameOf", args);
    assert.equal(same, wordOf(game), "a reveal that games share moves none (DSP-72)");
  });

  test("a referee without one of its peers cannot be deployed", async () => {
    const zero = `0x${"0".repeat(40)}`;
    const peers = { market: zero, staking: alice, hub: alice, asy: alice, judge: alice };
    const limits = { strategy: 1n, minWindow: 1n, minBudget: 1n, minBond: 1n };
    const { dispute } = buildsOf();
    await assert.rejects(() => deployBuild(court.world, dispute, [peers, limits]));
    const long = { ...limits, minBudget: 12n * 86_400n };
    await assert.rejects(() => deployBuild(court.world, dispute, [{ ...peers, market: alice }, long]));
    await deployBuild(court.world, dispute, [{ ...peers, market: alice }, limits]);
  });
});
