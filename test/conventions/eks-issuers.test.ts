/**
 * What people pass instead of the issuer of a cluster, and issuers that must not be mistaken for that.
 */
import { issuerMistake } from '../../src/conventions/eks-issuers';

const ID = 'EB30A1B2C3D4E5F60718293A4B5C6D7E';
const ENDPOINT = 'be the issuer of the cluster, not the endpoint of its API server';
const PATH = 'have a lower-case host and the path /id/<ID>, like every EKS issuer';
const DISCOVERY = 'be the issuer, not the address of its discovery document';
const UPPER_CASE = 'have a lower-case DNS host';
const COMMAND = 'aws eks describe-cluster --name <cluster> --query cluster.identity.oidc.issuer --output text';

test.each<[string, string]>([
  [`${ID}.gr7.eu-west-1.eks.amazonaws.com`, ENDPOINT],
  [`${ID.toLowerCase()}.gr7.eu-west-1.eks.amazonaws.com`, ENDPOINT],
  [`${ID}.sk1.cn-north-1.eks.amazonaws.com.cn`, ENDPOINT],
  [`${ID}.gr7.eu-west-1.eks.amazonaws.com:443`, ENDPOINT],
  [`${ID}.gr7.eu-west-1.eks.amazonaws.com/id/${ID}`, ENDPOINT],
  [`${ID}.gr7.eu-west-1.eks.amazonaws.com/`, ENDPOINT],
  [`${ID}.gr7.eu-west-1.api.aws`, ENDPOINT],
  [`${ID}.gr7.cn-north-1.api.amazonwebservices.com.cn`, ENDPOINT],
  ['oidc.eks.eu-west-1.amazonaws.com', PATH],
  ['oidc.eks.eu-west-1.amazonaws.com/', PATH],
  ['oidc.eks.eu-west-1.amazonaws.com/id', PATH],
  [`oidc.eks.eu-west-1.amazonaws.com/${ID}`, PATH],
  [`oidc.eks.eu-west-1.amazonaws.com/id/${ID}/keys`, PATH],
  [`oidc.eks.eu-west-1.amazonaws.com/id/${ID}/.well-known/openid-configuration`, PATH],
  [`OIDC.EKS.EU-WEST-1.AMAZONAWS.COM/id/${ID}`, PATH],
  ['oidc.eks.cn-north-1.amazonaws.com.cn', PATH],
  ['oidc-eks.eu-west-1.api.aws', PATH],
  [`oidc-eks.eu-west-1.api.aws/id/${ID}/x`, PATH],
  ['issuer.example.com/.well-known/openid-configuration', DISCOVERY],
  ['issuer.example.com/blue/.well-known', DISCOVERY],
  ['Issuer.example.com', UPPER_CASE],
])('%s is no issuer', (url, rule) => {
  for (const scheme of ['', 'https://']) {
    expect(issuerMistake(`${scheme}${url}`)).toEqual({ rule, advice: expect.stringContaining(COMMAND) });
  }
});

test.each([
  `oidc.eks.eu-west-1.amazonaws.com/id/${ID}`,
  `oidc.eks.cn-north-1.amazonaws.com.cn/id/${ID}`,
  `oidc-eks.eu-west-1.api.aws/id/${ID}`,
  'issuer.example.com',
  'oidc.example.com/eks',
  'my-bucket.s3.eu-west-1.amazonaws.com/Blue',
  's3.dualstack.eu-west-1.amazonaws.com/my-bucket',
  'abcdef1234.execute-api.eu-west-1.api.aws/issuer',
  'd111111abcdef8.cloudfront.net',
  'myeks.amazonaws.com.example.org',
  'issuer.example.com/x.well-known',
])('%s may be one', url => {
  for (const scheme of ['', 'https://']) expect(issuerMistake(`${scheme}${url}`)).toBeUndefined();
});
