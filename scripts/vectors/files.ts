import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CommitmentVector } from "./commitments.ts";
import type { OperatorVector } from "./operators.ts";

const FOLDER = fileURLToPath(new URL("../../docs/spec/vectors/", import.meta.url));
const COMMITMENTS = "commitments.json";

function read<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

export interface VectorFile<T> {
  path: string;
  vectors: T[];
}

/** All cases of operators, by file. */
export function operatorFiles(): VectorFile<OperatorVector>[] {
  const paths = globSync(join(FOLDER, "*.json")).sort();
  return paths
    .filter((path) => basename(path) !== COMMITMENTS)
    .map((path) => ({ path, vectors: read<OperatorVector[]>(path) }));
}

export function commitmentFile(): VectorFile<CommitmentVector> {
  const path = join(FOLDER, COMMITMENTS);
  return { path, vectors: read<CommitmentVector[]>(path) };
}
