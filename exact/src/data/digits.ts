/** Images of one split, pixel values 0..1, and their labels. */
export interface LabelledImages {
  images: number[][];
  labels: number[];
}

const PIXELS = 784;

/**
 * Splits digit images given as one flat pixel array per class, in class order: image number n, counted through all
 * classes, is held out where n mod 5 = 4. Ten thousand digits give 8,000 training rows and 2,000 held-out rows.
 */
export function splitDigits(classes: readonly (readonly number[])[]): {
  train: LabelledImages;
  heldOut: LabelledImages;
} {
  const train: LabelledImages = { images: [], labels: [] };
  const heldOut: LabelledImages = { images: [], labels: [] };
  let n = 0;
  classes.forEach((pixels, label) => {
    for (let from = 0; from + PIXELS <= pixels.length; from += PIXELS, n++) {
      const part = n % 5 === 4 ? heldOut : train;
      part.images.push(pixels.slice(from, from + PIXELS));
      part.labels.push(label);
    }
  });
  return { train, heldOut };
}
