package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdk-irsa/cdk-irsa-go/cdkirsa"
	"github.com/cdk-irsa/cdk-irsa-go/cdkirsa/controllers"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Teams"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("eu-west-1")},
	})

	oidcProvider := cdkirsa.NewClusterOidcProvider(stack, jsii.String("Oidc"), &cdkirsa.ClusterOidcProviderProps{
		IssuerUrl:     jsii.String("https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"),
		RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
	})

	reader := cdkirsa.NewIrsaServiceAccount(stack, jsii.String("Reader"), &cdkirsa.IrsaServiceAccountProps{
		OidcProvider:       oidcProvider,
		Namespace:          jsii.String("reports"),
		ServiceAccountName: jsii.String("reader"),
		CreateNamespace:    jsii.Bool(true),
		TokenExpiration:    awscdk.Duration_Hours(jsii.Number(1)),
		Labels: &map[string]*string{
			"app.kubernetes.io/name": jsii.String("reader"),
			"team":                   jsii.String("data"),
		},
		ImagePullSecrets: jsii.Strings("registry"),
	})
	reader.AddToPrincipalPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings("cloudwatch:GetMetricData"),
		Resources: jsii.Strings("*"),
	}))

	// One role for the runners of all teams and one service account of operations.
	runners := cdkirsa.NewIrsaRole(stack, jsii.String("Runners"), &cdkirsa.IrsaRoleProps{
		Trust: cdkirsa.NewTrustPolicy().AddServiceAccounts(oidcProvider, &[]cdkirsa.ServiceAccountSubject{
			cdkirsa.ServiceAccountSubject_Matching(jsii.String("team-*"), jsii.String("runner")),
			cdkirsa.ServiceAccountSubject_Exact(jsii.String("operations"), jsii.String("runner")),
		}, nil),
		MaxSessionDuration: awscdk.Duration_Hours(jsii.Number(2)),
	})

	// A controller whose chart creates the service account.
	zone := awsroute53.HostedZone_FromHostedZoneId(stack, jsii.String("Zone"), jsii.String("Z0123456789EXAMPLE"))
	dns := cdkirsa.NewIrsaServiceAccount(stack, jsii.String("Dns"), &cdkirsa.IrsaServiceAccountProps{
		OidcProvider: oidcProvider,
		Controller: cdkirsa.Controller_ExternalDns(&controllers.ExternalDnsOptions{
			HostedZones: &[]awsroute53.IHostedZone{zone},
		}),
		CreateServiceAccount: jsii.Bool(false),
	})
	dns.WriteHelmValues(jsii.String("external-dns.values.yaml"), nil)

	// EKS Pod Identity: a managed add-on with a role, and a pod that assumes a second role.
	cdkirsa.NewManagedAddon(stack, jsii.String("EbsCsi"), &cdkirsa.ManagedAddonProps{
		ClusterName: jsii.String("blue"),
		AddonName:   jsii.String("aws-ebs-csi-driver"),
		Controller: cdkirsa.Controller_EbsCsiDriver(&controllers.EbsCsiDriverOptions{
			ClusterName: jsii.String("blue"),
		}),
	})
	worker := cdkirsa.NewPodIdentityServiceAccount(stack, jsii.String("Worker"), &cdkirsa.PodIdentityServiceAccountProps{
		ClusterName:        jsii.String("blue"),
		Namespace:          jsii.String("jobs"),
		ServiceAccountName: jsii.String("worker"),
	})
	worker.AddToPrincipalPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings("s3:GetObject"),
		Resources: jsii.Strings("arn:aws:s3:::jobs/" + *cdkirsa.PodIdentityTags_KUBERNETES_NAMESPACE_VARIABLE() + "/*"),
	}))
	worker.GrantAssume(runners)

	app.Synth(nil)
}
