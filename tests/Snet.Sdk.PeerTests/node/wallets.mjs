// An Ethereum library of others, for keys at rest. Each line of standard input is a question, each line of standard output its answer:
//   { words, passphrase, index }                     -> { address }
//   { encrypt: key, password, n, r, p }              -> { json }       with scrypt
//   { encrypt: key, password, c }                    -> { json }       with PBKDF2, by Node.js itself; the library must open it first
//   { decrypt: json, password }                      -> { key } or { error }
import readline from 'node:readline';
import crypto from 'node:crypto';
import { HDNodeWallet, Mnemonic, Wallet, encryptKeystoreJson, getBytes, keccak256 } from 'ethers';

function address({ words, passphrase, index }) {
  return { address: HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(words, passphrase), `m/44'/60'/0'/0/${index}`).address };
}

function withPbkdf2(key, password, c) {
  const salt = crypto.randomBytes(32), iv = crypto.randomBytes(16);
  const derived = crypto.pbkdf2Sync(password, salt, c, 32, 'sha256');
  const cipher = crypto.createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv);
  const ciphertext = Buffer.concat([cipher.update(getBytes(key)), cipher.final()]);
  return JSON.stringify({
    version: 3,
    id: crypto.randomUUID(),
    address: new Wallet(key).address.slice(2).toLowerCase(),
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: iv.toString('hex') },
      ciphertext: ciphertext.toString('hex'),
      kdf: 'pbkdf2',
      kdfparams: { c, dklen: 32, prf: 'hmac-sha256', salt: salt.toString('hex') },
      mac: keccak256(Buffer.concat([derived.subarray(16), ciphertext])).slice(2),
    },
  });
}

async function encrypt({ encrypt: key, password, n, r, p, c }) {
  if (!c)
    return { json: await encryptKeystoreJson(new Wallet(key), password, { scrypt: { N: n, r, p } }) };
  const json = withPbkdf2(key, password, c);
  return (await Wallet.fromEncryptedJson(json, password)).privateKey === key ? { json } : { error: 'the library reads another key' };
}

async function decrypt({ decrypt: json, password }) {
  try {
    return { key: (await Wallet.fromEncryptedJson(json, password)).privateKey };
  } catch (error) {
    return { error: error.message };
  }
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  const answer = question.words ? address(question) : await (question.encrypt ? encrypt(question) : decrypt(question));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
