/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import dev.strata.crds.registry.Registry;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.operator.access.Access;
import dev.strata.operator.condition.Faults;
import dev.strata.operator.config.OperatorConfig;
import dev.strata.operator.registry.Certificates.Pair;
import dev.strata.operator.registry.RegistryObserved.Trouble;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The steps that bring one Registry to its wanted state. Each can be repeated; none remembers
/// anything.
final class RegistryWork {
    private final KubernetesClient client;
    private final OperatorConfig config;
    private final ClusterObjects objects;
    private final SecureRandom random = new SecureRandom();
    private final Certificates certificates;
    private final AuthorityStore authorities;
    private final Deliveries deliveries;
    private final SharedMap nodeTrust;
    private final NodeReports nodeReports;
    private final AgentPods agents;
    private final RegistryVolume volume;
    private final PodTrouble podTrouble;

    RegistryWork(KubernetesClient client, OperatorConfig config) {
        this.client = client;
        this.config = config;
        this.objects = new ClusterObjects(client);
        this.certificates = new Certificates(random, RegistryNames.zone(config.clusterDomain()));
        this.authorities = new AuthorityStore(client, config.namespace(), certificates);
        this.deliveries = new Deliveries(objects, new SharedMap(client, config.namespace(), RegistryNames.DELIVERIES));
        this.nodeTrust = new SharedMap(client, config.namespace(), RegistryNames.NODE_TRUST);
        this.agents = new AgentPods(client, config.namespace());
        this.volume = new RegistryVolume(client);
        this.podTrouble = new PodTrouble(client);
        this.nodeReports = new NodeReports(client, config.namespace());
    }

    /// Writes what is missing or different and says what is there then.
    RegistryObserved bring(Registry registry, Instant now) {
        var desired = new RegistryDesired(registry, RegistryNames.of(registry, config.clusterDomain()));
        RegistryNames names = desired.names();
        Long generation = Objects.requireNonNullElse(registry.getMetadata().getGeneration(), 0L);
        var taken = new ArrayList<String>();
        var refused = new ArrayList<String>();
        StatefulSet set = null;
        Instant notAfter = null;
        SortedMap<String, String> undelivered = null;
        Trouble unresized = null;
        try {
            if (!deliveries.admits(names)) {
                Nodes nodes = nodeReports.read().about(names.qualified());
                return RegistryObserved.crowdedOut(names.host(), generation, nodes);
            }
            Authority authority = authorities.load(now);
            String address = address(objects.apply(desired.service(), ours(registry)));
            Pair leaf = certificate(desired, authority, address, now);
            RegistryUser user = user(desired);
            notAfter = Certificates.notAfter(leaf.certificate());
            objects.apply(desired.tls(leaf), ours(registry));
            objects.apply(desired.auth(user), ours(registry));
            set = workload(desired, leaf, user);
            unresized = volume.resize(desired);
            undelivered = share(desired, authority, address, user);
        } catch (NameTakenException e) {
            taken.add(String.valueOf(e.getMessage()));
        } catch (KubernetesClientException e) {
            if (!ApiErrors.isRefusal(e)) {
                throw e;
            }
            refused.add(Faults.text(e));
        }
        Trouble trouble = set == null || RegistryObserved.isReady(set) ? null : podTrouble.of(names, set);
        return new RegistryObserved(
                names.host(),
                generation,
                set,
                trouble,
                notAfter,
                nodeReports.read().about(names.qualified()),
                undelivered,
                unresized,
                taken,
                refused,
                false);
    }

    /// Removes what no owner reference reaches: objects in other namespaces and the nodes' trust.
    void remove(Registry registry) {
        var desired = new RegistryDesired(registry, RegistryNames.of(registry, config.clusterDomain()));
        nodeTrust.put(desired.names().key(), null);
        agents.tell(nodeTrust.all());
        deliveries.withdrawAll(desired);
    }

    /// Registries that are gone, and were let go before all that they had delivered could be removed.
    List<Registry> left() {
        return deliveries.taken(config.clusterDomain()).stream()
                .filter(names -> client.resources(Registry.class)
                                .inNamespace(names.namespace())
                                .withName(names.name())
                                .get()
                        == null)
                .map(RegistryWork::gone)
                .toList();
    }

    private static Registry gone(RegistryNames names) {
        var registry = new Registry();
        registry.getMetadata().setName(names.name());
        registry.getMetadata().setNamespace(names.namespace());
        return registry;
    }

    /// @throws StrataException `InvalidArgument` when it has none: somebody else has made it so, and a Service never
    ///     gets another
    private static String address(Service service) {
        String address = String.valueOf(service.getSpec().getClusterIP());
        try {
            InetAddress.ofLiteral(address);
            return address;
        } catch (IllegalArgumentException e) {
            String name = service.getMetadata().getNamespace() + "/"
                    + service.getMetadata().getName();
            throw new StrataException(Problem.of(
                    ProblemCode.InvalidArgument,
                    "the Service " + name + " has no address of its own; its clusterIP is " + address,
                    "",
                    "delete the Service; it is made anew"));
        }
    }

    private Pair certificate(RegistryDesired desired, Authority authority, String address, Instant now) {
        RegistryNames names = desired.names();
        Secret secret = secret(names.namespace(), names.tlsSecret());
        if (secret != null) {
            var pair = new Pair(RegistryUser.decoded(secret, "tls.crt"), RegistryUser.decoded(secret, "tls.key"));
            if (Certificates.serves(pair, Authority.split(authority.bundle()), names.dnsName(), address, now)) {
                return pair;
            }
        }
        return certificates.issue(authority.signer(), names.name(), names.dnsName(), address, now);
    }

    private RegistryUser user(RegistryDesired desired) {
        RegistryNames names = desired.names();
        RegistryUser user = RegistryUser.read(secret(names.namespace(), names.authSecret()));
        return user == null ? RegistryUser.generate(random) : user;
    }

    private @Nullable Secret secret(String namespace, String name) {
        return objects.get(new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .endMetadata()
                .build());
    }

    private StatefulSet workload(RegistryDesired desired, Pair leaf, RegistryUser user) {
        Predicate<HasMetadata> ours = ours(desired.registry());
        objects.apply(desired.config(), ours);
        StatefulSet existing = objects.get(new StatefulSetBuilder()
                .withNewMetadata()
                .withName(desired.names().name())
                .withNamespace(desired.names().namespace())
                .endMetadata()
                .build());
        return objects.apply(
                new RegistryWorkload(desired, config.registryImage())
                        .statefulSet(
                                leaf.certificate(),
                                desired.configuration(),
                                user.htpasswd(),
                                existing == null ? desired.size() : templateSize(existing, desired.size())),
                ours);
    }

    /// A claim template cannot change; a volume grows by its claim.
    private static Quantity templateSize(StatefulSet existing, Quantity otherwise) {
        return existing.getSpec().getVolumeClaimTemplates().stream()
                .map(claim -> claim.getSpec().getResources().getRequests().get("storage"))
                .findFirst()
                .orElse(otherwise);
    }

    /// The namespaces that do not get what the Registry gives them, each with why.
    private SortedMap<String, String> share(
            RegistryDesired desired, Authority authority, String address, RegistryUser user) {
        List<Namespace> namespaces =
                Access.isShared(desired.registry()) ? client.namespaces().list().getItems() : List.of();
        SortedMap<String, String> undelivered = deliveries.deliver(
                desired, Access.rights(desired.registry(), namespaces, config.namespace()), user, authority.bundle());
        nodeTrust.put(
                desired.names().key(),
                client.getKubernetesSerialization().asJson(desired.trust(address, authority.bundle())));
        agents.tell(nodeTrust.all());
        return undelivered;
    }

    /// Whether an object's controller is this very Registry, not one of the same name before it.
    private static Predicate<HasMetadata> ours(Registry registry) {
        String uid = registry.getMetadata().getUid();
        return object -> object.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> Boolean.TRUE.equals(owner.getController()) && uid.equals(owner.getUid()));
    }
}
