import assert from "node:assert/strict";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Wallet } from "@ethereumjs/wallet";
import { privateKeyToAddress } from "viem/accounts";
import { loadAccount, readKeystore, writeKeystore } from "./keystore.ts";
import { scratch, withCode } from "./test-kit.ts";

const KEY = `0x${"07".repeat(32)}` as const;

// The PBKDF2 vector of the Web3 Secret Storage Definition, version 3.
const VECTOR = {
  crypto: {
    cipher: "aes-128-ctr",
    cipherparams: { iv: "6087dab2f9fdbbfaddc31a909735c1e6" },
    ciphertext: "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
    kdf: "pbkdf2",
    kdfparams: {
      c: 262144,
      dklen: 32,
      prf: "hmac-sha256",
      salt: "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
    },
    mac: "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
  },
  id: "3198bc9c-6672-5ab3-d995-4942343ae5b6",
  version: 3,
};

test("opens the published version 3 vector", async (t) => {
  const path = join(scratch(t), "key.json");
  writeFileSync(path, JSON.stringify(VECTOR), { mode: 0o600 });
  const account = await readKeystore(path, "testpassword");
  const wanted = privateKeyToAddress("0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d");
  assert.equal(account.address, wanted);
});

test("what it writes it opens, with the password, from a file too, and only its owner may read it", async (t) => {
  const dir = scratch(t);
  const path = join(dir, "key.json");
  await writeKeystore({ path, privateKey: KEY, password: "correct horse", scryptN: 1024 });
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const passwordFile = join(dir, "password");
  writeFileSync(passwordFile, "correct horse\n", { mode: 0o600 });
  const account = await loadAccount({ keystoreFile: path, passwordFile });
  assert.equal(account.address, privateKeyToAddress(KEY));
  await assert.rejects(readKeystore(path, "wrong"), withCode("DK-012", /key\.json/));
  const again = writeKeystore({ path, privateKey: KEY, password: "x", scryptN: 1024 });
  await assert.rejects(again, withCode("DK-015", /EEXIST/));
});

test("another library opens what it writes, and it opens what that one writes, whatever the key", async (t) => {
  const dir = scratch(t);
  for (const [n, byte] of ["01", "7f", "fe"].entries()) {
    const key = `0x${byte.repeat(32)}` as const;
    const [ours, theirs] = [join(dir, `ours-${n}`), join(dir, `theirs-${n}`)];
    await writeKeystore({ path: ours, privateKey: key, password: "pässwörd", scryptN: 1024 });
    const read = await Wallet.fromV3(readFileSync(ours, "utf8"), "pässwörd", true);
    assert.equal(read.getPrivateKeyString(), key);
    writeFileSync(theirs, await read.toV3String("other", { kdf: "scrypt", n: 1024 }), { mode: 0o600 });
    assert.equal((await readKeystore(theirs, "other")).address, privateKeyToAddress(key));
  }
});

test("a keystore that asks for what no wallet does is refused before it costs anything", async (t) => {
  const path = join(scratch(t), "key.json");
  const kdfparams = { n: 2 ** 30, r: 8, p: 1, dklen: 32, salt: "00" };
  const costly = { ...VECTOR, crypto: { ...VECTOR.crypto, kdf: "scrypt", kdfparams } };
  writeFileSync(path, JSON.stringify(costly), { mode: 0o600 });
  await assert.rejects(readKeystore(path, "x"), withCode("DK-011", /crypto\.kdfparams\.n/));
});

test("a key file others may read is refused, or warned of where that is wanted", async (t) => {
  const path = join(scratch(t), "key.json");
  await writeKeystore({ path, privateKey: KEY, password: "p", scryptN: 1024 });
  chmodSync(path, 0o640);
  await assert.rejects(loadAccount({ keystoreFile: path, password: "p" }), withCode("DK-016", /0640/));
  const warnings: unknown[] = [];
  await loadAccount({ keystoreFile: path, password: "p", warn: (facts) => warnings.push(facts) });
  assert.deepEqual(warnings, [{ path, mode: "0640" }]);
});

test("a raw key is taken with and without 0x; a bad one is not quoted in the error", async () => {
  assert.equal((await loadAccount({ privateKey: KEY.slice(2) })).address, privateKeyToAddress(KEY));
  const bad = `${KEY.slice(0, 60)}zz`;
  await assert.rejects(loadAccount({ privateKey: bad }), (error: Error) => {
    assert.ok(!JSON.stringify(error).includes("0707") && !`${error.stack}`.includes("0707"));
    return withCode("DK-013")(error);
  });
  await assert.rejects(loadAccount({ privateKey: `0x${"00".repeat(32)}` }), withCode("DK-013"));
});

test("no key, no file, no keystore", async (t) => {
  const path = join(scratch(t), "key.json");
  await assert.rejects(loadAccount({}), withCode("DK-014", /neither/));
  await assert.rejects(loadAccount({ keystoreFile: path }), withCode("DK-014", /without a password/));
  await assert.rejects(loadAccount({ keystoreFile: path, password: "p" }), withCode("DK-010"));
  for (const text of ["", "{", "null", '{"version":1}', '{"version":3}']) {
    writeFileSync(path, text, { mode: 0o600 });
    await assert.rejects(loadAccount({ keystoreFile: path, password: "p" }), withCode("DK-011"), text);
  }
});
