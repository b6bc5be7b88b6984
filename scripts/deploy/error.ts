/** A deployment that cannot go on. `message` says what was found, what was wanted and what to do. */
export class DeployError extends Error {
  override readonly name = "DeployError";
  readonly code: string;

  /**
   * @param code stable, `DEPLOY-0xx`
   * @param message what was found and what was wanted
   * @param advice what to do
   */
  constructor(code: string, message: string, advice: string, options?: ErrorOptions) {
    super(`${code}: ${message}. ${advice}`, options);
    this.code = code;
  }
}
