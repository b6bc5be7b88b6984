export {
  type AskArgs,
  askDaemon,
  type CommandArgs,
  commandDaemon,
  type NotRunning,
  noteAddress,
} from "./address-file.ts";
export {
  type ChainClock,
  type ConnectArgs,
  connect,
  openAccount,
  openRpc,
  readClock,
  type SecretNames,
} from "./chain.ts";
export {
  addSettings,
  type OptionValues,
  runCommandLine,
  type SettingOption,
  type SettingsArgs,
  settingsOf,
} from "./command-line.ts";
export { completionScript, type Shell } from "./completion.ts";
export {
  type ConfigSource,
  describeConfig,
  envName,
  type LoadConfigArgs,
  type LoadedConfig,
  loadConfig,
} from "./config.ts";
export { type Control, type ControlHandler, type ControlRequest, newControlToken } from "./control.ts";
export { type CreateRpcArgs, createRpc, type Rpc } from "./create-rpc.ts";
export { makeDataFolder } from "./data-folder.ts";
export { readDeploymentFile } from "./deployment-file.ts";
export { asDiskError } from "./disk-error.ts";
export { writeDurably } from "./durable.ts";
export {
  type CodedError,
  DaemonError,
  type DaemonErrorInit,
  type ErrorKind,
  EXIT_FAULT,
  EXIT_OK,
  EXIT_RETRY,
  exitCodeOf,
  type Facts,
  facts,
  formatError,
  isCodedError,
  isRetryable,
  suggest,
} from "./errors.ts";
export { createFailover, type EndpointHealth, type Failover, type FailoverArgs } from "./failover.ts";
export { address, amount, flag, httpUrls, listOf, logLevel, storageUrls, whole } from "./fields.ts";
export { type Guard, type GuardRecord, openGuard } from "./guard.ts";
export { heapFlags } from "./heap-flags.ts";
export { type HttpServer, type ReadyCheck, type StartHttpArgs, startHttp } from "./http.ts";
export { type Journal, openJournal, type TxAttempt, type TxEntry, type TxIntent, type TxStatus } from "./journal.ts";
export { lockKey } from "./key-lock.ts";
export { type LoadAccountArgs, loadAccount, readKeystore, type WriteKeystoreArgs, writeKeystore } from "./keystore.ts";
export { knownError } from "./known-error.ts";
export { type CreateLoggerArgs, createLogger, type Logger } from "./logger.ts";
export { makeFolder } from "./make-folder.ts";
export { isSecretName, maskUrl, maskUrlsIn, maskValue } from "./mask.ts";
export { parseMetrics, type Sample } from "./parse-metrics.ts";
export { printConfig } from "./print-config.ts";
export {
  checkRpc,
  type GetLogsArgs,
  getLogsChunked,
  isUnreachable,
  type LogChunk,
  toRpcError,
} from "./rpc.ts";
export { type RunChildArgs, runChild } from "./run-child.ts";
export { findBwrap, type SandboxMode } from "./sandbox.ts";
export { type ChildContext, serveChild } from "./serve-child.ts";
export { type CreateShutdownArgs, createShutdown, type Shutdown, type ShutdownPhase } from "./shutdown.ts";
export { openDatabase } from "./sqlite.ts";
export { OvertakenError, revertDataOf, TxRevertedError } from "./tx-errors.ts";
export { type BumpPolicy, DEFAULT_BUMP } from "./tx-fees.ts";
export {
  type CreateTxSenderArgs,
  createTxSender,
  type Reconciled,
  type TxRequest,
  type TxSender,
} from "./tx-sender.ts";
export { receiptOf } from "./tx-watch.ts";
export { unfailedKey } from "./unfailed-key.ts";
export { Waker } from "./waker.ts";
export { createWebhooks, type Notice, signatureOf, type WebhookArgs, type Webhooks } from "./webhook.ts";
