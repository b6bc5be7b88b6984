#!/usr/bin/env node
// Plain JavaScript: it must run under any Node, to find one that runs the rest.
import { launch } from "@assay/daemon-kit/launch";

await launch({ script: import.meta.url, code: "CLI-001", load: () => import("../src/cli.ts") });
