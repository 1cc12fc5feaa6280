import { createPublicKey, generateKeyPairSync } from 'crypto';
import { readFileSync } from 'fs';
import { join } from 'path';
import { Lazy, Token } from 'aws-cdk-lib';
import { jsonWebKeys, publicKeysProblem } from '../../../src/private/issuer/json-web-keys';

const SA_PUB = readFileSync(join(__dirname, '..', '..', '..', 'examples', 'self-hosted-issuer', 'sa.pub'), 'utf8');
// openssl pkey -pubin -in sa.pub -outform DER | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | tr -d =
const SA_KID = 'cpeHavyD-1uBwL0_L6MOB9jr50UvJaHvakAOjTKNbu0';
// openssl rsa -pubin -in sa.pub -noout -modulus
const SA_MODULUS = 'B8DFC8530597'; // its beginning

const pems = (type: any, options: any = {}) => generateKeyPairSync(type, {
  ...options, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}) as unknown as { publicKey: string; privateKey: string };
const rsa = pems('rsa', { modulusLength: 2048 });
const pkcs1 = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const exponent = (e: string) =>
  createPublicKey({ key: { ...createPublicKey(rsa.publicKey).export({ format: 'jwk' }), e }, format: 'jwk' })
    .export({ type: 'spki', format: 'pem' })
    .toString();
const block = (label: string, body: string) => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
const body = (pem: string) => pem.replace(/-----.*-----/g, '').trim();

describe('a public key', () => {
  test('is written as Kubernetes writes it', () => {
    const [key, ...others] = jsonWebKeys([SA_PUB]);
    expect(others).toEqual([]);
    expect(key).toEqual({ use: 'sig', kty: 'RSA', kid: SA_KID, alg: 'RS256', n: expect.any(String), e: 'AQAB' });
    expect(Buffer.from(key.n, 'base64url').toString('hex').toUpperCase()).toMatch(new RegExp(`^${SA_MODULUS}.{500}$`));
    expect(key.n).toMatch(/^[\w-]+$/);
  });

  test.each([
    ['with Windows line ends', SA_PUB.replace(/\n/g, '\r\n')],
    ['without a last line end', SA_PUB.trim()],
    ['with text around it', `# service accounts\n\n${SA_PUB}\nend\n`],
    ['in one line', block('PUBLIC KEY', body(SA_PUB).replace(/\n/g, ''))],
    ['twice', SA_PUB + SA_PUB],
  ])('%s is the same', (_, pem) => {
    expect(publicKeysProblem('publicKeys', [pem])).toBeUndefined();
    expect(jsonWebKeys([pem])).toEqual(jsonWebKeys([SA_PUB]));
  });

  test('several, in one text or in many, keep their order, each once', () => {
    const kids = (texts: string[]) => jsonWebKeys(texts).map(({ kid }) => kid);
    const [other] = kids([rsa.publicKey]);
    expect(kids([rsa.publicKey, SA_PUB])).toEqual([other, SA_KID]);
    expect(kids([SA_PUB + rsa.publicKey, SA_PUB])).toEqual([SA_KID, other]);
  });
});

describe('refused, without a character of the key:', () => {
  const RSA_2048 = 'must be an RSA key of at least 2048 bits, got: ';
  test.each<[string, string, string]>([
    [
      'a private key',
      rsa.privateKey,
      'must be a public key, got: "A PRIVATE KEY". Anyone who has it can impersonate any service account of the '
        + 'cluster. Remove it from this app, and replace it if it was committed. Extract the public key: `openssl '
        + 'rsa -in sa.key -pubout -out sa.pub`.',
    ],
    ['a private key of the old form', pkcs1.privateKey, 'must be a public key, got: "A PRIVATE KEY".'],
    [
      'a private key behind the public one',
      rsa.publicKey + rsa.privateKey,
      'must be a public key, got: "A PRIVATE KEY".',
    ],
    [
      'an encrypted private key',
      block('ENCRYPTED PRIVATE KEY', body(rsa.privateKey)),
      'must be a public key, got: "A PRIVATE KEY".',
    ],
    [
      'an OpenSSH private key',
      block('OPENSSH PRIVATE KEY', body(rsa.privateKey)),
      'must be a public key, got: "A PRIVATE KEY".',
    ],
    ['a private key that is cut off', rsa.privateKey.slice(0, 400), 'must be a public key, got: "A PRIVATE KEY".'],
    [
      'an exponent of 1',
      exponent('AQ'),
      `${RSA_2048}"a public exponent of 1". ` + 'Anyone can forge signatures for such a key. Create a new one: '
        + '`openssl genrsa -out sa.key 2048`.',
    ],
    [
      'a private key under a wrong name',
      block('PUBLIC KEY', body(rsa.privateKey)),
      `${RSA_2048}"a PEM block that contains no public key". It is damaged. Copy the file again.`,
    ],
    [
      'a private key of the old form under a wrong name',
      block('PUBLIC KEY', body(pkcs1.privateKey)),
      `${RSA_2048}"a PEM block that contains no public key".`,
    ],
    [
      'a certificate',
      block('CERTIFICATE', body(rsa.publicKey)),
      `${RSA_2048}"a PEM block of type CERTIFICATE". ` + 'Extract the key: `openssl x509 -in sa.crt -noout -pubkey`.',
    ],
    [
      'a public key of the old form',
      pkcs1.publicKey,
      `${RSA_2048}"a PEM block of type RSA PUBLIC KEY". ` + 'Kubernetes does not read it. Convert it: `openssl rsa '
        + '-RSAPublicKey_in -in sa.pub -pubout`.',
    ],
    [
      'something else',
      block('DH PARAMETERS', body(rsa.publicKey)),
      `${RSA_2048}"a PEM block of type DH PARAMETERS". ` + 'Extract the public key: `openssl rsa -in sa.key -pubout '
        + '-out sa.pub`.',
    ],
    [
      'broken base64',
      rsa.publicKey.replace(/A/, '!'),
      `${RSA_2048}"a PEM block that is not base64". It is damaged. Copy the file again.`,
    ],
    ['base64 of the wrong length', rsa.publicKey.replace(/A/, ''), `${RSA_2048}"a PEM block that is not base64".`],
    ['an empty block', block('PUBLIC KEY', ''), `${RSA_2048}"a PEM block that is not base64".`],
    [
      'a key that is cut off',
      block('PUBLIC KEY', body(rsa.publicKey).slice(0, 129)),
      `${RSA_2048}"a PEM block that contains no public key".`,
    ],
    [
      'an EC key',
      pems('ec', { namedCurve: 'P-256' }).publicKey,
      `${RSA_2048}"a key of type ec". ` + 'The documents are for RS256. Make the API server sign with an RSA key: '
        + '`openssl genrsa -out sa.key 2048`.',
    ],
    ['an Ed25519 key', pems('ed25519').publicKey, `${RSA_2048}"a key of type ed25519".`],
    ['an RSA-PSS key', pems('rsa-pss', { modulusLength: 2048 }).publicKey, `${RSA_2048}"a key of type rsa-pss".`],
    [
      'a short key',
      pems('rsa', { modulusLength: 2040 }).publicKey,
      `${RSA_2048}"2040 bits". This key is too short. Create a new one: \`openssl genrsa -out sa.key 2048\`.`,
    ],
    ['a bad key behind a good one', rsa.publicKey + pems('ed25519').publicKey, `${RSA_2048}"a key of type ed25519".`],
    [
      'the name of a file',
      'sa.pub',
      'must contain complete PEM blocks, -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----, got: "a text of 6 '
        + "characters with 0 blocks\". Pass the content of the file, not its name: readFileSync('sa.pub', 'utf8').",
    ],
    [
      'an OpenSSH public key',
      'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7',
      'got: "a text of 40 characters with 0 blocks"',
    ],
    ['nothing', '', 'got: "a text of 0 characters with 0 blocks"'],
    ['half a block', rsa.publicKey.slice(0, 100), 'got: "a text of 100 characters with 0 blocks"'],
    ['half a block behind a whole one', `${rsa.publicKey}-----BEGIN PUBLIC KEY-----\nMIIB\n`, 'with 1 blocks"'],
    ['ends of another block', rsa.publicKey.replace('END PUBLIC', 'END OTHER'), 'with 0 blocks"'],
  ])('%s', (_, pem, message) => {
    const found = publicKeysProblem('publicKeys', [SA_PUB, pem]);
    expect(found).toContain(`\`publicKeys[1]\` ${message.startsWith('must') ? message : ''}`);
    expect(found).toContain(message);
    for (const line of pem.split('\n').filter(text => text.length > 10 && !text.startsWith('-----'))) {
      expect(found).not.toContain(line.slice(0, 10));
    }
  });

  test.each<[string, any, string]>([
    [
      'no list',
      [],
      '`publicKeys` must contain 1 to 100 keys, got: "0 keys". Pass the public keys for the cluster\'s service '
        + 'account tokens, as PEM text.',
    ],
    [
      'a token for the list',
      Token.asList({ Ref: 'Keys' }),
      '`publicKeys` must be a list that is known at synth time, got: a value known only at deployment. The documents '
        + 'are '
        + 'written at synth. Read the keys from files.',
    ],
    [
      'a token',
      [Lazy.string({ produce: () => SA_PUB })],
      '`publicKeys[0]` must be text that is known at synth time, got: "<known only at deployment>". ' + 'The '
        + "documents are written at synth. Read the key from a file: readFileSync('sa.pub', 'utf8').",
    ],
    ['the bytes of a file', [Buffer.from(SA_PUB)], '`publicKeys[0]` must be text that is known at synth time, got: '
      + '"object".'],
  ])('%s', (_, texts, message) => {
    expect(publicKeysProblem('publicKeys', texts)).toContain(message);
  });

  test('more keys than STS reads', () => {
    // An RSA key does not say whether it has factors.
    const der = Buffer.from(body(SA_PUB), 'base64');
    const keys = Array.from({ length: 101 }, (_, index) => {
      const other = Buffer.from(der);
      other.writeUInt8(index, 100);
      return block('PUBLIC KEY', other.toString('base64'));
    });
    expect(publicKeysProblem('publicKeys', keys.slice(0, 100))).toBeUndefined();
    expect(publicKeysProblem('publicKeys', keys)).toContain('`publicKeys` must contain 1 to 100 keys, got: "101 '
      + 'keys".');
  });
});
