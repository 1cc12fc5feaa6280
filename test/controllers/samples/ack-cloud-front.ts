import { AckService } from '../../../src';
import { ackSample, calls } from '../ack-samples';
import { ControllerSample } from '../sample';

const cloudFront = (resource: string) => `arn:aws:cloudfront::111122223333:${resource}`;

export const SAMPLES: ControllerSample[] = [
  ackSample(
    'cloudfront',
    'CloudFront',
    () => AckService.cloudFront({ namePrefix: 'apps-', resourceTags: { owner: 'ack' } }),
    {
      unscoped: true,
      may: [
        ...calls(['cloudfront:CreateDistribution', 'cloudfront:CreateFunction', 'cloudfront:CreateCachePolicy'], '*'),
        ...calls(['cloudfront:GetDistribution'], cloudFront('distribution/E1')),
        ...calls(['cloudfront:TagResource'], cloudFront('distribution/E1'), { 'aws:RequestTag/owner': 'ack' }),
        ...calls(['cloudfront:UpdateDistribution', 'cloudfront:DeleteDistribution'], cloudFront('distribution/E1'), {
          'aws:ResourceTag/owner': 'ack',
        }),
        ...calls(['cloudfront:UpdateFunction', 'cloudfront:DeleteFunction'], cloudFront('function/apps-web')),
        ...calls(['cloudfront:UpdateCachePolicy'], cloudFront('cache-policy/1')),
      ],
      mayNot: [
        ...calls(
          ['cloudfront:UpdateDistribution', 'cloudfront:DeleteDistribution', 'cloudfront:TagResource'],
          cloudFront('distribution/E1'),
        ),
        ...calls(['cloudfront:UpdateDistribution'], cloudFront('distribution/E1'), { 'aws:ResourceTag/owner': 'jane' }),
        ...calls(['cloudfront:TagResource'], cloudFront('distribution/E1'), { 'aws:RequestTag/owner': 'jane' }),
        ...calls(['cloudfront:UpdateFunction', 'cloudfront:DeleteFunction'], cloudFront('function/billing')),
        ...calls(['cloudfront:CreateInvalidation'], cloudFront('distribution/E1'), { 'aws:ResourceTag/owner': 'ack' }),
      ],
      scopedTo: 'functions by the beginning of their names, distributions by tags',
    },
  ),
];
