import { SAMPLES as awsGatewayApiController } from './aws-gateway-api-controller';
import { SAMPLES as awsLoadBalancerController } from './aws-load-balancer-controller';
import { SAMPLES as awsNodeTerminationHandler } from './aws-node-termination-handler';
import { SAMPLES as awsPrivateCaIssuer } from './aws-private-ca-issuer';
import { SAMPLES as certManager } from './cert-manager';
import { SAMPLES as externalDns } from './external-dns';
import { ControllerSample } from '../sample';

/** One for each controller, and one for each variant that has other statements. */
export const SAMPLES: ControllerSample[] = [
  ...awsGatewayApiController,
  ...awsLoadBalancerController,
  ...awsNodeTerminationHandler,
  ...awsPrivateCaIssuer,
  ...certManager,
  ...externalDns,
];
