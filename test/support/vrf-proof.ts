import { type Address, concat, type Hex, hexToBigInt, keccak256, numberToHex, slice } from "viem";

// Affine arithmetic on secp256k1, y² = x³ + 7, with numbers of any size: slow, short, and enough for a few proofs. Not in
// constant time: for keys of tests only.
const P = 2n ** 256n - 2n ** 32n - 977n;
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
export type Point = readonly [x: bigint, y: bigint];
const G: Point = [
  0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
];

const mod = (value: bigint, by: bigint) => ((value % by) + by) % by;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let [square, rest] = [mod(base, P), exponent]; rest > 0n; square = (square * square) % P, rest >>= 1n)
    if (rest & 1n) result = (result * square) % P;
  return result;
}
const inverse = (value: bigint) => power(value, P - 2n);

function add(a: Point, b: Point): Point {
  const same = a[0] === b[0];
  const slope = same ? 3n * a[0] * a[0] * inverse(2n * a[1]) : (b[1] - a[1]) * inverse(b[0] - a[0]);
  const x = mod(slope * slope - a[0] - b[0], P);
  return [x, mod(slope * (a[0] - x) - a[1], P)];
}

/** @param scalar above zero */
function multiply(point: Point, scalar: bigint): Point {
  let result: Point | undefined;
  for (let [double, rest] = [point, mod(scalar, N)]; rest > 0n; double = add(double, double), rest >>= 1n)
    if (rest & 1n) result = result ? add(result, double) : double;
  return result!;
}

const words = (...values: readonly bigint[]): Hex => concat(values.map((value) => numberToHex(value, { size: 32 })));
const hashOf = (data: Hex) => hexToBigInt(keccak256(data));
const addressOf = (point: Point): Address => slice(keccak256(words(...point)), 12);

function hashToCurve(key: Point, seed: bigint): Point {
  for (let x = hashOf(words(1n, ...key, seed)); ; x = hashOf(words(x))) {
    if (x >= P) continue;
    const square = mod(x ** 3n + 7n, P);
    const y = power(square, (P + 1n) / 4n);
    if ((y * y) % P === square) return [x, y % 2n === 0n ? y : P - y];
  }
}

/** VRF.Proof of Chainlink's contracts. */
export interface Proof {
  pk: Point;
  gamma: Point;
  c: bigint;
  s: bigint;
  seed: bigint;
  uWitness: Address;
  cGammaWitness: Point;
  sHashWitness: Point;
  zInv: bigint;
}

/** The public half of a proving key. */
export const provingKey = (secret: bigint): Point => multiply(G, secret);

/** What a coordinator calls a proving key. */
export const keyHashOf = (key: Point): Hex => keccak256(words(...key));

/**
 * What a node of VRF v2.5 answers a request with.
 * @param preSeed   of the event RandomWordsRequested
 * @param blockHash of the block that has the request
 * @returns the proof, and the one word that it stands for
 */
export function prove(secret: bigint, preSeed: bigint, blockHash: Hex): { proof: Proof; word: Hex } {
  const pk = provingKey(secret);
  const hash = hashToCurve(pk, hashOf(concat([words(preSeed), blockHash])));
  const gamma = multiply(hash, secret);
  const nonce = mod(hashOf(words(secret, preSeed)), N);
  const uWitness = addressOf(multiply(G, nonce));
  const c = hashOf(concat([words(2n, ...hash, ...pk, ...gamma, ...multiply(hash, nonce)), uWitness]));
  const s = mod(nonce - c * secret, N);
  const cGammaWitness = multiply(gamma, c);
  const sHashWitness = multiply(hash, s);
  // the third coordinate of their sum, as the contract adds: the difference of the first coordinates, five times
  const zInv = inverse(power(sHashWitness[0] - cGammaWitness[0], 5n));
  const randomness = hashOf(words(3n, ...gamma));
  return {
    proof: { pk, gamma, c, s, seed: preSeed, uWitness, cGammaWitness, sHashWitness, zInv },
    word: keccak256(words(randomness, 0n)),
  };
}
