import { createHash, createPublicKey, KeyObject } from 'crypto';
import { problem } from '../errors';
import { isToken } from '../values/is-token';

const MIN_BITS = 2048;
/** The maximum number of keys that STS reads from one issuer. */
const MAX_KEYS = 100;

const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \1-----/g;
const PRIVATE = /-----BEGIN[^\n]*PRIVATE/i;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

const MAKE_PUBLIC_KEY = 'Extract the public key: `openssl rsa -in sa.key -pubout -out sa.pub`.';
const CONVERT: Record<string, string> = {
  'CERTIFICATE': 'Extract the key: `openssl x509 -in sa.crt -noout -pubkey`.',
  'RSA PUBLIC KEY': 'Kubernetes does not read it. Convert it: `openssl rsa -RSAPublicKey_in -in sa.pub -pubout`.',
};

/** A public RSA key in the format of `keys.json`. */
export interface JsonWebKey {
  readonly use: 'sig';
  readonly kty: 'RSA';
  readonly kid: string;
  readonly alg: 'RS256';
  readonly n: string;
  readonly e: string;
}

interface Block {
  readonly label: string;
  readonly base64: string;
}

/** Returns why these are not valid public keys of a cluster. The message never contains key material. */
export function publicKeysProblem(property: string, pems: string[]): string | undefined {
  if (isToken(pems)) {
    return problem(
      property,
      'be a list that is known at synth time', pems, 'The documents are written at synth. Read the keys from files.',
    );
  }
  if (!Array.isArray(pems)) {
    return problem(
      property,
      `contain 1 to ${MAX_KEYS} keys`,
      pems,
      "Pass the public keys for the cluster's service account tokens, as PEM text.",
    );
  }
  const found = pems
    .map((pem, index) => pemProblem(`${property}[${index}]`, pem))
    .find(message => message !== undefined);
  if (found !== undefined) return found;
  const count = jsonWebKeys(pems).length;
  if (count > 0 && count <= MAX_KEYS) return undefined;
  return problem(
    property,
    `contain 1 to ${MAX_KEYS} keys`,
    `${count} keys`,
    "Pass the public keys for the cluster's service account tokens, as PEM text.",
  );
}

/** Returns the keys in valid PEM texts, in order, without duplicates. */
export function jsonWebKeys(pems: string[]): JsonWebKey[] {
  const keys = pems.flatMap(blocksOf).map(block => jsonWebKey(publicKey(block)!));
  return [...new Map(keys.map(key => [key.kid, key])).values()];
}

function pemProblem(property: string, pem: string): string | undefined {
  if (isToken(pem) || typeof pem !== 'string') {
    return problem(
      property,
      'be text that is known at synth time',
      isToken(pem) ? pem : typeof pem,
      "The documents are written at synth. Read the key from a file: readFileSync('sa.pub', 'utf8').",
    );
  }
  if (PRIVATE.test(pem)) {
    return problem(
      property,
      'be a public key',
      'A PRIVATE KEY',
      'Anyone who has it can impersonate any service account of the cluster. Remove it from this app, and replace it '
        + `if it was committed. ${MAKE_PUBLIC_KEY}`,
    );
  }
  const blocks = blocksOf(pem);
  if (blocks.length === 0 || /-----(BEGIN|END)/.test(pem.replace(BLOCK, ''))) {
    return problem(
      property,
      'contain complete PEM blocks, -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----',
      `a text of ${pem.length} characters with ${blocks.length} blocks`,
      "Pass the content of the file, not its name: readFileSync('sa.pub', 'utf8').",
    );
  }
  return blocks.map(block => blockProblem(property, block)).find(message => message !== undefined);
}

function blockProblem(property: string, block: Block): string | undefined {
  const wrong = (got: string, advice: string) =>
    problem(property, `be an RSA key of at least ${MIN_BITS} bits`, got, advice);
  if (block.label !== 'PUBLIC KEY') {
    return wrong(`a PEM block of type ${block.label}`, CONVERT[block.label] ?? MAKE_PUBLIC_KEY);
  }
  if (!BASE64.test(block.base64) || block.base64.length % 4 !== 0) {
    return wrong('a PEM block that is not base64', 'It is damaged. Copy the file again.');
  }
  const key = publicKey(block);
  if (!key) return wrong('a PEM block that contains no public key', 'It is damaged. Copy the file again.');
  const type = key.asymmetricKeyType;
  if (type !== 'rsa') {
    return wrong(
      `a key of type ${type}`,
      'The documents are for RS256. Make the API server sign with an RSA key: `openssl genrsa -out sa.key 2048`.',
    );
  }
  const { modulusLength: bits = 0, publicExponent = 0n } = key.asymmetricKeyDetails!;
  if (bits < MIN_BITS) {
    return wrong(`${bits} bits`, 'This key is too short. Create a new one: `openssl genrsa -out sa.key 2048`.');
  }
  if (publicExponent < 3n) {
    return wrong(
      `a public exponent of ${publicExponent}`,
      'Anyone can forge signatures for such a key. Create a new one: `openssl genrsa -out sa.key 2048`.',
    );
  }
  return undefined;
}

function blocksOf(pem: string): Block[] {
  return [...pem.matchAll(BLOCK)].map(([, label, body]) => ({ label, base64: body.replace(/\s/g, '') }));
}

function publicKey({ base64 }: Block): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

/** Returns the key in the format of Kubernetes. The key ID matches the `kid` of its tokens. */
function jsonWebKey(key: KeyObject): JsonWebKey {
  const { n, e } = key.export({ format: 'jwk' });
  const kid = createHash('sha256').update(key.export({ format: 'der', type: 'spki' })).digest('base64url');
  return { use: 'sig', kty: 'RSA', kid, alg: 'RS256', n: n!, e: e! };
}
