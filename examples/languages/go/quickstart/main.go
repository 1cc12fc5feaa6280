package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdk-irsa/cdk-irsa-go/cdkirsa"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Payments"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("eu-west-1")},
	})

	// The cluster's issuer: aws eks describe-cluster --name my-cluster --query cluster.identity.oidc.issuer
	oidcProvider := cdkirsa.NewClusterOidcProvider(stack, jsii.String("Oidc"), &cdkirsa.ClusterOidcProviderProps{
		IssuerUrl: jsii.String("https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"),
	})

	api := cdkirsa.NewIrsaServiceAccount(stack, jsii.String("Api"), &cdkirsa.IrsaServiceAccountProps{
		OidcProvider:       oidcProvider,
		Namespace:          jsii.String("payments"),
		ServiceAccountName: jsii.String("api"),
	})
	awss3.NewBucket(stack, jsii.String("Receipts"), nil).GrantReadWrite(api, nil)

	app.Synth(nil)
}
