import { createHash, createPublicKey, KeyObject } from 'crypto';
import { Token } from 'aws-cdk-lib';
import { problem } from '../errors';

const FEWEST_BITS = 2048;
/** What STS reads of one issuer. */
const MAX_KEYS = 100;

const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \1-----/g;
const PRIVATE = /-----BEGIN[^\n]*PRIVATE/i;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

const MAKE_PUBLIC_KEY = 'Take the public half: `openssl rsa -in sa.key -pubout -out sa.pub`.';
const CONVERT: Record<string, string> = {
  'CERTIFICATE': 'Take the key out of it: `openssl x509 -in sa.crt -noout -pubkey`.',
  'RSA PUBLIC KEY': 'Kubernetes does not read this form: `openssl rsa -RSAPublicKey_in -in sa.pub -pubout`.',
};

/** A public RSA key as it stands in `keys.json`. */
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

/** Why these are not the public keys of a cluster. Never says a character of a key. */
export function publicKeysProblem(property: string, pems: string[]): string | undefined {
  if (Token.isUnresolved(pems)) {
    return problem(
      property,
      'be a list known at synth',
      pems,
      'The documents are written at synth: read the keys from files.',
    );
  }
  if (!Array.isArray(pems)) {
    return problem(
      property,
      `hold 1 to ${MAX_KEYS} keys`,
      pems,
      "Pass the public keys of the cluster's service accounts, as PEM texts.",
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
    `hold 1 to ${MAX_KEYS} keys`,
    `${count} keys`,
    "Pass the public keys of the cluster's service accounts, as PEM texts.",
  );
}

/** The keys in PEM texts without a problem, in their order, each once. */
export function jsonWebKeys(pems: string[]): JsonWebKey[] {
  const keys = pems.flatMap(blocksOf).map(block => jsonWebKey(publicKey(block)!));
  return [...new Map(keys.map(key => [key.kid, key])).values()];
}

function pemProblem(property: string, pem: string): string | undefined {
  if (Token.isUnresolved(pem) || typeof pem !== 'string') {
    return problem(
      property,
      'be a text known at synth',
      Token.isUnresolved(pem) ? pem : typeof pem,
      "The documents are written at synth: read the key from a file, readFileSync('sa.pub', 'utf8').",
    );
  }
  if (PRIVATE.test(pem)) {
    return problem(
      property,
      'be a public key',
      'A PRIVATE KEY',
      'Whoever has it can be any service account of the cluster: keep it out of this app, and replace it if it was '
        + `committed. ${MAKE_PUBLIC_KEY}`,
    );
  }
  const blocks = blocksOf(pem);
  if (blocks.length === 0 || /-----(BEGIN|END)/.test(pem.replace(BLOCK, ''))) {
    return problem(
      property,
      'hold whole PEM blocks, -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----',
      `a text of ${pem.length} characters with ${blocks.length} of them`,
      "Pass the text of the file, not its name: readFileSync('sa.pub', 'utf8').",
    );
  }
  return blocks.map(block => blockProblem(property, block)).find(message => message !== undefined);
}

function blockProblem(property: string, block: Block): string | undefined {
  const wrong = (got: string, advice: string) =>
    problem(property, `be an RSA key of at least ${FEWEST_BITS} bits`, got, advice);
  if (block.label !== 'PUBLIC KEY') {
    return wrong(`a PEM block of type ${block.label}`, CONVERT[block.label] ?? MAKE_PUBLIC_KEY);
  }
  if (!BASE64.test(block.base64) || block.base64.length % 4 !== 0) {
    return wrong('a PEM block that is no base64', 'It is damaged: copy the file once more.');
  }
  const key = publicKey(block);
  if (!key) return wrong('a PEM block that holds no public key', 'It is damaged: copy the file once more.');
  const type = key.asymmetricKeyType;
  if (type !== 'rsa') {
    return wrong(
      `a key of type ${type}`,
      'The documents are for RS256: let the API server sign with an RSA key, `openssl genrsa -out sa.key 2048`.',
    );
  }
  const { modulusLength: bits = 0, publicExponent = 0n } = key.asymmetricKeyDetails!;
  if (bits < FEWEST_BITS) {
    return wrong(`${bits} bits`, 'A key this short can be broken: make a new one, `openssl genrsa -out sa.key 2048`.');
  }
  if (publicExponent < 3n) {
    return wrong(
      `a public exponent of ${publicExponent}`,
      'Anybody can sign for such a key: make a new one, `openssl genrsa -out sa.key 2048`.',
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

/** As Kubernetes writes it: the key id is what its tokens say in `kid`. */
function jsonWebKey(key: KeyObject): JsonWebKey {
  const { n, e } = key.export({ format: 'jwk' });
  const kid = createHash('sha256').update(key.export({ format: 'der', type: 'spki' })).digest('base64url');
  return { use: 'sig', kty: 'RSA', kid, alg: 'RS256', n: n!, e: e! };
}
