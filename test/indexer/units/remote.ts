import { concatHex, keccak256, numberToHex } from "viem";
import { account, type Emitted, entity, join, parameter, type Unit, word } from "./kit.ts";

const HUB = "JobHub";
const PORTAL = "RemoteJobPortal";
const SATELLITE = 42_161n;
const USER = account(9_500);
const NOBODY = account(9_501);

/** A job's account at home. */
const at = (job: number) => account(9_600 + job);

function posted(job: number): Emitted {
  return [HUB, "RemoteJobPosted", at(job), word(9_600 + job), SATELLITE, USER, BigInt(job), NOBODY, BigInt(100 + job)];
}

const words = (job: number) => [(BigInt(at(job)) << 96n) + 500n, 2n, 3n, 4n, 5n, 6n];

function sent(job: number): Emitted {
  const spec = Array.from({ length: 6 }, (_, i) => word(i));
  return [PORTAL, "RemoteJobSent", USER, BigInt(job), BigInt(200 + job), 0n, 500n, NOBODY, words(job), spec];
}

const home = (job: number, value: Record<string, unknown>) => entity("remoteJob", at(job), value);
const satellite = (job: number, value: Record<string, unknown>) =>
  entity("remoteJob", join(USER, numberToHex(job, { size: 1 }), "0x000000"), value);

const hubUnits: readonly Unit[] = [
  {
    handler: "handlePortalSet",
    events: [[HUB, "PortalSet", SATELLITE, account(9_502)]],
    shows: [parameter("JobHub.portal:42161", account(9_502))],
  },
  {
    handler: "handleRemoteJobPosted",
    events: [posted(1)],
    shows: [
      home(1, {
        ...{ status: "POSTED", account: at(1), user: USER, index: "1", chain: "42161", homeAccount: NOBODY },
        ...{ jobId: word(9_601), number: "101", amount: null, outcome: null, back: "0" },
        events: [{ kind: "POSTED", number: "101" }],
      }),
    ],
  },
  {
    handler: "handleRemoteJobCancelled",
    events: [posted(2), [HUB, "RemoteJobCancelled", at(2), word(9_602)]],
    shows: [home(2, { status: "POSTED", events: [{ kind: "POSTED" }, { kind: "CANCELLED" }] })],
  },
  {
    handler: "handleRemoteResultSent",
    events: [posted(3), [HUB, "RemoteResultSent", at(3), word(9_603), 103n, word(1), word(2), word(3)]],
    shows: [home(3, { commitment: word(1), finalState: word(2), output: word(3), status: "POSTED" })],
  },
  {
    handler: "handleRemoteOutcomeSent",
    events: [
      posted(4),
      [HUB, "RemoteOutcomeSent", at(4), 104n, 4, 60n],
      [HUB, "RemoteOutcomeSent", at(4), 105n, 4, 1n],
    ],
    shows: [home(4, { status: "ENDED", outcome: "FINALIZED", back: "61" })],
  },
  {
    handler: "handleRemoteChangeTaken",
    events: [posted(5), [HUB, "RemoteChangeTaken", at(5), NOBODY, 7n]],
    shows: [
      home(5, {
        back: "7",
        events: [
          { kind: "POSTED", amount: null },
          { kind: "CHANGE_TAKEN", amount: "7" },
        ],
      }),
    ],
  },
];

const portalUnits: readonly Unit[] = [
  {
    handler: "handleRemoteJobSent",
    events: [sent(6)],
    shows: [
      satellite(6, {
        ...{ status: "SENT", account: at(6), index: "6", number: "206", amount: "500", back: "0", chain: null },
        ...{ jobId: keccak256(concatHex(words(6).map((each) => numberToHex(each, { size: 32 })))), job: null },
      }),
    ],
  },
  {
    handler: "handleRemoteCancelSent",
    events: [sent(7), [PORTAL, "RemoteCancelSent", USER, 7n, 300n, 207n]],
    shows: [
      satellite(7, {
        status: "SENT",
        number: "207",
        events: [
          { kind: "SENT", number: "207" },
          { kind: "CANCEL_SENT", number: "300" },
        ],
      }),
    ],
  },
  {
    handler: "handleRemoteResultReceived",
    events: [sent(8), [PORTAL, "RemoteResultReceived", USER, 8n, word(1), word(2), word(3)]],
    shows: [satellite(8, { commitment: word(1), finalState: word(2), output: word(3) })],
  },
  {
    handler: "handleRemoteJobEnded",
    events: [sent(9), [PORTAL, "RemoteJobEnded", USER, 9n, 5, 500n]],
    shows: [satellite(9, { status: "ENDED", outcome: "EXPIRED", back: "500" })],
  },
  {
    handler: "handleRemoteJobRefunded",
    events: [sent(10), [PORTAL, "RemoteJobRefunded", USER, 10n, 500n]],
    shows: [satellite(10, { status: "REFUNDED", outcome: null, back: "500" })],
  },
];

export const remoteUnits: readonly Unit[] = [...hubUnits, ...portalUnits];
