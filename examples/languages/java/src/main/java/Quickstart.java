import io.github.cdkirsa.ClusterOidcProvider;
import io.github.cdkirsa.IrsaServiceAccount;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.s3.Bucket;

public class Quickstart {
    public static void main(String[] args) {
        App app = new App();
        Stack stack = Stack.Builder.create(app, "Payments")
            .env(Environment.builder().account("111122223333").region("eu-west-1").build())
            .build();

        // The cluster's issuer: aws eks describe-cluster --name my-cluster --query cluster.identity.oidc.issuer
        ClusterOidcProvider oidcProvider = ClusterOidcProvider.Builder.create(stack, "Oidc")
            .issuerUrl("https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE")
            .build();

        IrsaServiceAccount api = IrsaServiceAccount.Builder.create(stack, "Api")
            .oidcProvider(oidcProvider)
            .namespace("payments")
            .serviceAccountName("api")
            .build();
        new Bucket(stack, "Receipts").grantReadWrite(api);

        app.synth();
    }
}
