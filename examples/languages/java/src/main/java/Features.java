import io.github.cdkirsa.ClusterOidcProvider;
import io.github.cdkirsa.Controller;
import io.github.cdkirsa.IrsaRole;
import io.github.cdkirsa.IrsaServiceAccount;
import io.github.cdkirsa.ManagedAddon;
import io.github.cdkirsa.PodIdentityServiceAccount;
import io.github.cdkirsa.PodIdentityTags;
import io.github.cdkirsa.ServiceAccountSubject;
import io.github.cdkirsa.TrustPolicy;
import io.github.cdkirsa.controllers.EbsCsiDriverOptions;
import io.github.cdkirsa.controllers.ExternalDnsOptions;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.route53.HostedZone;
import software.amazon.awscdk.services.route53.IHostedZone;

public class Features {
    public static void main(String[] args) {
        App app = new App();
        Stack stack = Stack.Builder.create(app, "Teams")
            .env(Environment.builder().account("111122223333").region("eu-west-1").build())
            .build();

        ClusterOidcProvider oidcProvider = ClusterOidcProvider.Builder.create(stack, "Oidc")
            .issuerUrl("https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE")
            .removalPolicy(RemovalPolicy.RETAIN)
            .build();

        IrsaServiceAccount reader = IrsaServiceAccount.Builder.create(stack, "Reader")
            .oidcProvider(oidcProvider)
            .namespace("reports")
            .serviceAccountName("reader")
            .createNamespace(true)
            .tokenExpiration(Duration.hours(1))
            .labels(Map.of("app.kubernetes.io/name", "reader", "team", "data"))
            .imagePullSecrets(List.of("registry"))
            .build();
        reader.addToPrincipalPolicy(PolicyStatement.Builder.create()
            .actions(List.of("cloudwatch:GetMetricData"))
            .resources(List.of("*"))
            .build());

        // One role for the runners of all teams and one service account of operations.
        IrsaRole runners = IrsaRole.Builder.create(stack, "Runners")
            .trust(new TrustPolicy().addServiceAccounts(oidcProvider, List.of(
                ServiceAccountSubject.matching("team-*", "runner"),
                ServiceAccountSubject.exact("operations", "runner"))))
            .maxSessionDuration(Duration.hours(2))
            .build();

        // A controller whose chart creates the service account.
        IHostedZone zone = HostedZone.fromHostedZoneId(stack, "Zone", "Z0123456789EXAMPLE");
        IrsaServiceAccount dns = IrsaServiceAccount.Builder.create(stack, "Dns")
            .oidcProvider(oidcProvider)
            .controller(Controller.externalDns(ExternalDnsOptions.builder().hostedZones(List.of(zone)).build()))
            .createServiceAccount(false)
            .build();
        dns.writeHelmValues("external-dns.values.yaml");

        // EKS Pod Identity: a managed add-on with a role, and a pod that assumes a second role.
        ManagedAddon.Builder.create(stack, "EbsCsi")
            .clusterName("blue")
            .addonName("aws-ebs-csi-driver")
            .controller(Controller.ebsCsiDriver(EbsCsiDriverOptions.builder().clusterName("blue").build()))
            .build();
        PodIdentityServiceAccount worker = PodIdentityServiceAccount.Builder.create(stack, "Worker")
            .clusterName("blue")
            .namespace("jobs")
            .serviceAccountName("worker")
            .build();
        worker.addToPrincipalPolicy(PolicyStatement.Builder.create()
            .actions(List.of("s3:GetObject"))
            .resources(List.of("arn:aws:s3:::jobs/" + PodIdentityTags.KUBERNETES_NAMESPACE_VARIABLE + "/*"))
            .build());
        worker.grantAssume(runners);

        app.synth();
    }
}
