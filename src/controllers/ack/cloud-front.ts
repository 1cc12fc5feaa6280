import { AckNamePrefixOptions, AckResourceTagsOptions } from './options';
import { ackController, checkedPrefix, checkedTags } from './parts';
import { allow, arn, ControllerDefinition } from '../definition';

/**
 * Options of `AckService.cloudFront`. `namePrefix` applies to functions, `resourceTags` to distributions and VPC
 * origins.
 */
export interface AckCloudFrontOptions extends AckNamePrefixOptions, AckResourceTagsOptions {
}

/** Resources with neither tags nor a name in their ARN. */
const POLICIES = ['CachePolicy', 'OriginAccessControl', 'OriginRequestPolicy', 'ResponseHeadersPolicy'];
const POLICY_TYPES = ['cache-policy', 'origin-access-control', 'origin-request-policy', 'response-headers-policy'];

/**
 * The recommended policy allows all of CloudFront. These are the calls for the objects.
 *
 * @see https://github.com/aws-controllers-k8s/cloudfront-controller/blob/main/config/iam/recommended-policy-arn
 *
 * @internal
 */
export function ackCloudFront(options: AckCloudFrontOptions): ControllerDefinition {
  const prefix = checkedPrefix(options);
  const { request, resource } = checkedTags(options);
  const unscoped =
    'cache, origin request and response headers policies and origin access controls have no tags, so it may change '
      + 'all of them, and add its tags to other distributions.';
  return ackController('cloudfront', { unscoped }, scope => {
    const arnOf = (type: string, name: string) => arn(scope, 'cloudfront', `${type}/${name}`, { region: '' });
    const tagged = [arnOf('distribution', '*'), arnOf('vpcorigin', '*')];
    return [
      // The controller creates them without tags and tags them afterward.
      allow({
        actions: [
          'cloudfront:CreateDistribution',
          'cloudfront:CreateFunction',
          'cloudfront:CreateVpcOrigin',
          ...POLICIES.map(kind => `cloudfront:Create${kind}`),
        ],
        resources: ['*'],
      }),
      allow({
        actions: ['cloudfront:GetDistribution', 'cloudfront:GetVpcOrigin', 'cloudfront:ListTagsForResource'],
        resources: tagged,
      }),
      allow({ actions: ['cloudfront:TagResource'], resources: tagged, conditions: request }),
      allow({
        actions: [
          'cloudfront:DeleteDistribution',
          'cloudfront:DeleteVpcOrigin',
          'cloudfront:TagResource',
          'cloudfront:UntagResource',
          'cloudfront:UpdateDistribution',
          'cloudfront:UpdateVpcOrigin',
        ],
        resources: tagged,
        conditions: resource,
      }),
      allow({
        actions: [
          'cloudfront:DeleteFunction',
          'cloudfront:DescribeFunction',
          'cloudfront:GetFunction',
          'cloudfront:PublishFunction',
          'cloudfront:UpdateFunction',
        ],
        resources: [arnOf('function', `${prefix}*`)],
      }),
      allow({
        actions: POLICIES.flatMap(kind => [
          `cloudfront:Delete${kind}`,
          `cloudfront:Get${kind}`,
          `cloudfront:Update${kind}`,
        ]),
        resources: POLICY_TYPES.map(type => arnOf(type, '*')),
      }),
    ];
  });
}
