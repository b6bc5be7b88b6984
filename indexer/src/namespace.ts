import { spawnSync } from "node:child_process";
import { failure } from "./errors.ts";

/**
 * graph-node opens its ports, the admin port among them, on every network interface and asks for no password. So it
 * gets a network of its own, in which there is nothing but a loopback, and three doors, which are Unix sockets.
 */
export interface Isolation {
  /** Put these before the command line to run it inside. Empty: there is no isolation. */
  prefix: readonly string[];
}

// A new network namespace has its loopback switched off; SIOCSIFFLAGS (0x8914) with IFF_UP | IFF_RUNNING switches it on.
const RAISE_LOOPBACK =
  "use Socket; socket(my $s, AF_INET, SOCK_DGRAM, 0) or die; " +
  'my $r = pack("a16 s x22", "lo", 0x41); ioctl($s, 0x8914, $r) or die; exec @ARGV or die;';

/** The environment variable with which a user accepts open ports where no isolation can be had. */
export const OPEN_PORTS = "ASSAY_INDEXER_OPEN_PORTS";

/**
 * How to give a program a network of its own, with what every Debian carries (unshare, perl).
 *
 * @throws IX-005 where the system refuses it and the user did not accept open ports
 */
export function findIsolation(env: Readonly<Record<string, string | undefined>> = process.env): Isolation {
  // Root needs no user namespace, and would lose its power over files of others in one.
  const flags = process.getuid?.() === 0 ? ["--net"] : ["--user", "--map-root-user", "--net"];
  const prefix = ["unshare", ...flags, "perl", "-e", RAISE_LOOPBACK];
  const [file = "", ...args] = [...prefix, "true"];
  const probe = spawnSync(file, args, { encoding: "utf8" });
  if (probe.status === 0) return { prefix };
  if (env[OPEN_PORTS] === "1") return { prefix: [] };
  throw failure("IX-005", "graph-node cannot be given a network of its own", {
    found: `unshare: ${(probe.error?.message ?? probe.stderr).trim()}`,
    wanted: "a network namespace, because graph-node's admin port listens on every interface without a password",
    hint: `allow namespaces for this user, or, behind a firewall of yours, set ${OPEN_PORTS}=1`,
  });
}
