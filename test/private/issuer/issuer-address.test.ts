/**
 * Which addresses a hosting serves, and where the documents of an issuer lie in it.
 */
import { Fn, Stack, Token } from 'aws-cdk-lib';
import { issuerAddress } from '../../../src/private/issuer/issuer-address';
import { agnosticStack, literalStack } from '../../support';

const VIRTUAL = 'https://keys.s3.eu-west-1.amazonaws.com';
const PATH = 'https://s3.eu-west-1.amazonaws.com/keys';

describe('without an issuer', () => {
  test('the first root is the default', () => {
    expect(issuerAddress(literalStack(), [VIRTUAL, PATH], undefined)).toEqual({ issuerUrl: VIRTUAL, keyPrefix: '' });
  });

  test('a root that synth can resolve is literal', () => {
    const stack = literalStack();
    const root = `https://keys.s3.${Token.asString({ Ref: 'AWS::Region' })}.amazonaws.com`;
    expect(issuerAddress(stack, [root], undefined)).toEqual({ issuerUrl: VIRTUAL, keyPrefix: '' });
  });

  test('a root that only the deployment knows stays as it is', () => {
    const root = `https://${Fn.importValue('Domain')}`;
    expect(issuerAddress(agnosticStack(), [root], undefined)).toEqual({ issuerUrl: root, keyPrefix: '' });
  });
});

describe('an issuer', () => {
  test.each<[string, string, string]>([
    ['the first root', VIRTUAL, ''],
    ['the second root', PATH, ''],
    ['a path under the first', `${VIRTUAL}/blue`, 'blue/'],
    ['a path under the second', `${PATH}/a/b-1`, 'a/b-1/'],
  ])('is served: %s', (_, issuerUrl, keyPrefix) => {
    expect(issuerAddress(literalStack(), [VIRTUAL, PATH], issuerUrl)).toEqual({ issuerUrl, keyPrefix });
  });

  test.each<[string, string]>([
    ['another host', 'https://example.com'],
    ['a longer host', `${VIRTUAL}.cn`],
    ['a longer name', `${PATH}2`],
    ['the root inside of another path', `https://example.com/${PATH.slice('https://'.length)}`],
    ['a host in which a dot is another character', VIRTUAL.replace('.s3.', '-s3.')],
  ])('is not served: %s', (_, issuerUrl) => {
    expect(() => issuerAddress(literalStack(), [VIRTUAL, PATH], issuerUrl)).toThrow(
      `[Stack] \`issuerUrl\` must be served by \`hosting\`: ${VIRTUAL} or ${PATH}, optionally followed by a path, `
        + `got: "${issuerUrl}". The documents would not be available there. Correct`,
    );
  });

  test('must be known at synth time', () => {
    expect(() => issuerAddress(agnosticStack(), [VIRTUAL], `https://${Fn.importValue('Host')}`)).toThrow(
      '[Stack] `issuerUrl` must be known at synth time, got: "https://<known only at deployment>". Leave it out',
    );
  });

  test('may be a token that synth can resolve', () => {
    const issuerUrl = Token.asString({ resolve: () => `${PATH}/x`, creationStack: [] });
    expect(issuerAddress(literalStack(), [PATH], issuerUrl)).toEqual({ issuerUrl: `${PATH}/x`, keyPrefix: 'x/' });
  });

  test('must be an issuer URL', () => {
    expect(() => issuerAddress(literalStack(), [VIRTUAL], 'http://x.y')).toThrow(
      '[Stack] `issuerUrl` must start with https://, got: "http://x.y"',
    );
  });
});

describe('a root that is deferred in part', () => {
  const root = (stack: Stack) => `https://keys.s3.${stack.region}.amazonaws.com`;

  test.each<[string, string]>([
    ['https://keys.s3.us-east-1.amazonaws.com', ''],
    ['https://keys.s3.us-east-1.amazonaws.com/x', 'x/'],
  ])('serves what fits around it: %s', (issuerUrl, keyPrefix) => {
    const stack = agnosticStack();
    expect(issuerAddress(stack, [root(stack)], issuerUrl)).toEqual({ issuerUrl, keyPrefix });
  });

  test.each(['https://other.s3.us-east-1.amazonaws.com', 'https://keys.s3.a/b.amazonaws.com'])(
    'does not serve what does not: %s', issuerUrl => {
      const stack = agnosticStack();
      expect(() => issuerAddress(stack, [root(stack)], issuerUrl)).toThrow(
        'must be served by `hosting`: https://keys.s3.<known only at deployment>.amazonaws.com, optionally followed '
          + 'by a path',
      );
    });

  test('serves any host where it is deferred as a whole', () => {
    const stack = agnosticStack();
    const roots = [`https://${Fn.importValue('Domain')}`];
    expect(issuerAddress(stack, roots, 'https://a.b/c')).toEqual({ issuerUrl: 'https://a.b/c', keyPrefix: 'c/' });
  });
});
