import { FeedSet, SequencerSet } from "../generated/PriceFeeds/PriceFeeds";
import { setParameter } from "./parameters";

const FEEDS = "PriceFeeds";

export function handleFeedSet(event: FeedSet): void {
  const token = event.params.token.toHexString();
  setParameter(FEEDS, "source", token, event.params.source.toHexString(), event);
  setParameter(FEEDS, "heartbeat", token, event.params.heartbeat.toString(), event);
  setParameter(FEEDS, "maxDeviationBps", token, event.params.maxDeviationBps.toString(), event);
}

export function handleSequencerSet(event: SequencerSet): void {
  setParameter(FEEDS, "sequencer", "", event.params.source.toHexString(), event);
  setParameter(FEEDS, "grace", "", event.params.grace.toString(), event);
}
