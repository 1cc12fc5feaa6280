import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Role } from 'aws-cdk-lib/aws-iam';
import { LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { inStack } from './elsewhere';
import { AckService } from '../../../src';
import { ackSample, calls, own, REGION } from '../ack-samples';
import { ControllerSample } from '../sample';

const web = own('lambda', 'function:apps-web');
const ofWeb = { 'lambda:FunctionArn': web };
const ofOther = { 'lambda:FunctionArn': own('lambda', 'function:billing') };
const role = 'arn:aws:iam::111122223333:role/functions';
const POWERTOOLS = 'arn:aws:lambda:eu-west-1:017000801446:layer:AWSLambdaPowertoolsTypeScriptV2:40';
const codeReads = [
  ...calls(['lambda:GetLayerVersion'], POWERTOOLS),
  ...calls(['s3:GetObject'], 'arn:aws:s3:::code/web.zip'),
  ...calls(['ecr:BatchGetImage'], own('ecr', 'repository/web')),
];

const may = [
  ...calls(
    [
      'lambda:CreateFunction',
      'lambda:DeleteFunction',
      'lambda:PublishVersion',
      'lambda:TagResource',
      'lambda:UpdateFunctionCode',
    ],
    web,
  ),
  ...calls(['lambda:CreateFunctionUrlConfig'], web, { 'lambda:FunctionUrlAuthType': 'AWS_IAM' }),
  ...calls(['lambda:CreateEventSourceMapping'], '*', { ...REGION, ...ofWeb }),
  ...calls(['lambda:DeleteEventSourceMapping'], own('lambda', 'event-source-mapping:1'), ofWeb),
  ...calls(['ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcs'], '*', REGION),
  ...calls(['lambda:ListLayerVersions'], '*', REGION),
  ...calls(['lambda:PublishLayerVersion'], own('lambda', 'layer:apps-tools')),
  ...calls(['lambda:DeleteLayerVersion'], own('lambda', 'layer:apps-tools:1')),
  ...calls(['iam:PassRole'], role, { 'iam:PassedToService': 'lambda.amazonaws.com' }),
];

const mayNot = [
  ...calls(
    [
      'lambda:CreateFunction',
      'lambda:DeleteFunction',
      'lambda:UpdateFunctionCode',
      'lambda:AddPermission',
      'lambda:TagResource',
    ],
    own('lambda', 'function:billing'),
  ),
  ...calls(['lambda:InvokeFunction'], web),
  ...calls(['lambda:CreateFunctionUrlConfig'], web, { 'lambda:FunctionUrlAuthType': 'NONE' }),
  ...calls(['lambda:CreateFunctionUrlConfig'], own('lambda', 'function:billing'), {
    'lambda:FunctionUrlAuthType': 'AWS_IAM',
  }),
  ...calls(['lambda:CreateEventSourceMapping'], '*', { ...REGION, ...ofOther }),
  ...calls(
    ['lambda:DeleteEventSourceMapping', 'lambda:UpdateEventSourceMapping'],
    own('lambda', 'event-source-mapping:1'),
    ofOther,
  ),
  ...calls(['lambda:DeleteLayerVersion'], own('lambda', 'layer:tools:1')),
  ...calls(['iam:PassRole'], role, { 'iam:PassedToService': 'ec2.amazonaws.com' }),
  ...calls(['iam:PassRole'], 'arn:aws:iam::111122223333:role/admin', { 'iam:PassedToService': 'lambda.amazonaws.com' }),
  ...calls(['s3:GetObject'], 'arn:aws:s3:::billing/2026.csv'),
  ...calls(['ecr:BatchGetImage'], own('ecr', 'repository/billing')),
];

export const SAMPLES: ControllerSample[] = [
  ackSample(
    'lambda',
    'Lambda',
    stack => AckService.lambda({ namePrefix: 'apps-', roles: [Role.fromRoleName(stack, 'Functions', 'functions')] }),
    {
      may,
      mayNot: [...mayNot, ...codeReads],
      scopedTo: 'functions and layers by the beginning of their names; roles',
    },
  ),
  ackSample(
    'lambda',
    'Lambda, with code',
    stack =>
      AckService.lambda({
        namePrefix: 'apps-',
        roles: [Role.fromRoleName(stack, 'Functions', 'functions')],
        codeBuckets: [Bucket.fromBucketName(stack, 'Code', 'code')],
        imageRepositories: [Repository.fromRepositoryName(stack, 'Images', 'web')],
        layers: [LayerVersion.fromLayerVersionArn(stack, 'Powertools', inStack(stack, POWERTOOLS))],
      }),
    {
      may: [...may, ...codeReads],
      mayNot: [...mayNot, ...calls(['lambda:GetLayerVersion'], POWERTOOLS.replace('Powertools', 'Other'))],
      scopedTo: 'functions and layers by the beginning of their names; roles, buckets, repositories, layers',
    },
  ),
];
