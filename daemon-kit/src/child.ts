// The entry `@assay/daemon-kit/child`: what a child process needs. Nothing of a chain, a log or a server is loaded, so that
// a child is at work in a fraction of the time that the daemon itself takes to start.
export { writeDurably } from "./durable.ts";
export { DaemonError, type DaemonErrorInit, type ErrorKind } from "./errors.ts";
export { type ChildContext, serveChild } from "./serve-child.ts";
