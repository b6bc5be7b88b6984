export type Progress = {
  /** Bytes of the file verified (fetch) or accepted by the gateway (upload) so far. */
  bytesDone: number;
  /** Bytes of the whole file, once known. */
  bytesTotal?: number;
  /** Blocks handled so far, inner nodes included. */
  blocks: number;
};

export type OnProgress = (progress: Progress) => void;
