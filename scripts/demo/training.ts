import type { LocalNode } from "../lib/devnet.ts";
import { drawCurve, type View } from "./view.ts";

const LOOK_MS = 150;

interface NodeProgress {
  step: number;
  steps: number;
  loss: number;
  etaSeconds: number;
  saturation?: { clippedWeights: number; zeroedGradients: number };
}

/** Shows what the nodes' status pages say of a job's run until `until` resolves, then the curve of the loss. */
export async function watchTraining(
  nodes: readonly LocalNode[],
  id: string,
  view: View,
  until: Promise<unknown>,
): Promise<void> {
  const losses: number[] = [];
  let saturation: NodeProgress["saturation"];
  let over = false;
  let lastStep = -1;
  const end = until.finally(() => {
    over = true;
  });
  while (!over) {
    const progress = await progressOf(nodes, id);
    if (progress && progress.step !== lastStep) {
      lastStep = progress.step;
      losses.push(progress.loss);
      saturation = progress.saturation ?? saturation;
      const { step, steps, loss, etaSeconds } = progress;
      view.progress(
        "train",
        step / steps,
        `step ${step} of ${steps}, loss ${loss.toFixed(3)}, ${etaSeconds.toFixed(0)} s left`,
      );
    }
    await Promise.race([end.catch(() => {}), new Promise((resolve) => setTimeout(resolve, LOOK_MS))]);
  }
  await end;
  if (losses.length > 1) view.lines(["loss", ...drawCurve(losses)]);
  if (!saturation) return;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  view.note(
    `integers saturate instead of overflowing: ${percent(saturation.clippedWeights)} of weights are at their clip, ` +
      `${percent(saturation.zeroedGradients)} of gradients were rounded to zero`,
  );
}

async function progressOf(nodes: readonly LocalNode[], id: string): Promise<NodeProgress | undefined> {
  for (const node of nodes) {
    const status = (await node.status()) as { jobs?: { id: string; progress?: NodeProgress }[] } | undefined;
    const progress = status?.jobs?.find((job) => job.id === id)?.progress;
    if (progress) return progress;
  }
  return undefined;
}
