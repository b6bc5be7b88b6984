import assert from "node:assert/strict";
import { test } from "node:test";
import { incomingStatuses, jobStatuses, outgoingStatuses } from "@assay/sdk";
import { decideArrived, decideRemoteJob, type RemoteJobView } from "./decide.ts";

const both = { report: true, settle: true };
const ENDED = ["finalized", "expired", "cancelled", "rejected", "unresolved"];
const views: RemoteJobView[] = jobStatuses.flatMap((status) =>
  [undefined, ...outgoingStatuses].flatMap((outcome) =>
    [true, false].flatMap((reported) => [true, false].map((taken) => ({ status, outcome, reported, taken }))),
  ),
);

test("RJ-06 change is sent once, and again only after it came back", () => {
  for (const view of views) {
    const due =
      ENDED.includes(view.status) && !view.taken && (view.outcome === undefined || view.outcome === "returned");
    assert.equal(decideRemoteJob(view, both) === "settle", due, JSON.stringify(view));
  }
});

test("RJ-07 a result is reported while it stands, once", () => {
  for (const view of views) {
    const due = view.status === "submitted" && !view.reported;
    assert.equal(decideRemoteJob(view, both) === "report", due, JSON.stringify(view));
  }
});

test("a job is closed only when nothing of it can be due without a new event", () => {
  for (const view of views.filter((each) => decideRemoteJob(each, both) === "closed")) {
    assert.ok(ENDED.includes(view.status), JSON.stringify(view));
    assert.ok(view.taken || ["none", "sent", "accepted"].includes(view.outcome ?? ""), JSON.stringify(view));
  }
});

test("what is switched off is not done", () => {
  for (const view of views) {
    const step = decideRemoteJob(view, { report: false, settle: false });
    assert.ok(step === "wait" || step === "closed", JSON.stringify(view));
  }
});

test("a queued transfer is to be released, a refused one acknowledged once", () => {
  for (const incoming of incomingStatuses) {
    for (const outgoing of outgoingStatuses) {
      for (const told of [false, true]) {
        const due = told ? "wait" : "acknowledge";
        const wanted =
          incoming === "queued" ? "release" : incoming === "refused" && outgoing === "sent" ? due : "closed";
        assert.equal(decideArrived({ incoming, outgoing, told }), wanted);
      }
    }
  }
});
