import type { Address, Hex } from "viem";
import { dataDemandsAbi } from "../abis.ts";
import { packJobSpec } from "../codec/jobSpec.ts";
import { asJobId, packJobTerms } from "../codec/jobTerms.ts";
import type { JobId, JobSpec, JobTerms } from "../codec/types.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { requireContract } from "../deployment.ts";
import { provideAllowance } from "../internal/allowance.ts";
import { demandsCall } from "../internal/call.ts";
import { read } from "../internal/read.ts";
import { type PreparedCall, type Sent, sendCall, sendingAction } from "../internal/send.ts";

/** A tile of a job's inputs that nobody serves (DSP-92). */
export interface DemandDataArgs {
  job: { terms: JobTerms; spec: JobSpec };
  /** Whether it is of the initial state; of the constants otherwise. */
  initial: boolean;
  /** Roots of all constants, or of all initial states, in the order of the program. */
  roots: readonly Hex[];
  /** Which of them. */
  tensor: number;
  /** The tile's number in row-major order of the tile grid. */
  index: number;
  /** What an answer earns; ASY, smallest unit, 1 ASY at least. */
  fee: bigint;
}

/** The bytes of a demanded tile. */
export interface AnswerDemandArgs {
  demander: Address;
  /** 1 int8, 2 int16, 3 int32; 0 shows that there is no such tile */
  dtype: number;
  data: Hex;
  proof: readonly Hex[];
}

/** An open demand of an account. */
export interface DataDemand {
  job: JobId;
  root: Hex;
  fee: bigint;
  /** Unix time from which on the fee can be taken back. */
  until: number;
  index: number;
  tensor: number;
  initial: boolean;
  /** Demands that are open for this job, of anybody; there are at most 16. */
  openForJob: number;
}

/** The call that demands a tile, the fee being allowed already. @throws AssayError SDK-007 */
export function prepareDemandData(context: AssayContext, args: DemandDataArgs): PreparedCall {
  const { job, initial, roots, tensor, index, fee } = args;
  const words = [packJobTerms(job.terms), packJobSpec(job.spec)] as const;
  return demandsCall(context, "demand", [...words, initial, roots, tensor, index, fee]);
}

/** The call that publishes a demanded tile. @throws AssayError SDK-007 */
export function prepareAnswerDemand(context: AssayContext, args: AnswerDemandArgs): PreparedCall {
  return demandsCall(context, "answer", [args.demander, args.dtype, args.data, args.proof]);
}

/** The call that returns the fee of a demand that nobody answered. @throws AssayError SDK-007 */
export function prepareReclaimDemand(context: AssayContext, args: { demander?: Address } = {}): PreparedCall {
  return demandsCall(context, "reclaim", [accountOr(context, args.demander)]);
}

/**
 * Demands that a tile of a job's inputs is published on chain, for a fee. Approves the fee first where that is needed.
 * @throws AssayError SDK-007, SDK-012, SDK-030 (`Demand_AlreadyOpen`, `Demand_JobFull`, `Demand_WrongRoots`)
 */
export async function demandData(context: AssayContext, args: DemandDataArgs): Promise<Sent> {
  const token = context.deployment.contracts.AssayToken.address;
  const spender = requireContract(context.deployment, "DataDemands").address;
  await provideAllowance(context, { token, spender, amount: args.fee, method: "approve" });
  return sendCall(context, prepareDemandData(context, args));
}

/** Publishes a demanded tile and earns its fee. @throws AssayError SDK-007, SDK-030 (`Demand_Late`, `Demand_WrongTile`) */
export const answerDemand = sendingAction(prepareAnswerDemand);

/** Returns the fee of an unanswered demand to its demander. Anyone may. @throws AssayError SDK-007, SDK-030 (`Demand_Early`) */
export const reclaimDemand = sendingAction(prepareReclaimDemand);

/** The demand that an account has open, undefined where there is none. @throws AssayError SDK-007 */
export async function getDemand(
  context: AssayContext,
  args: { demander?: Address } = {},
): Promise<DataDemand | undefined> {
  const { address } = requireContract(context.deployment, "DataDemands");
  const demands = { abi: dataDemandsAbi, address } as const;
  const demander = accountOr(context, args.demander);
  const { until, job, ...rest } = await read(context, { ...demands, functionName: "demandOf", args: [demander] });
  if (until === 0) return undefined;
  const open = await read(context, { ...demands, functionName: "openOf", args: [job] });
  return { ...rest, job: asJobId(job), until, openForJob: Number(open) };
}
