//! `k8s.*`, from variables that a pod's manifest sets by custom, and what is mounted in every pod.

use crate::model::Resource;
use crate::resource::surroundings::Surroundings;

/// Where every pod whose service account is mounted can read its namespace.
const NAMESPACE: &str = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";
/// Set by the kubelet in every container.
const SERVICE_HOST: &str = "KUBERNETES_SERVICE_HOST";

/// Attributes, and what manifests mostly call the variable: after one of the prefixes, or alone.
const CUSTOM: [(&str, &str); 11] = [
    ("k8s.cluster.name", "CLUSTER_NAME"),
    ("k8s.container.name", "CONTAINER_NAME"),
    ("k8s.cronjob.name", "CRONJOB_NAME"),
    ("k8s.daemonset.name", "DAEMONSET_NAME"),
    ("k8s.deployment.name", "DEPLOYMENT_NAME"),
    ("k8s.job.name", "JOB_NAME"),
    ("k8s.namespace.name", "NAMESPACE"),
    ("k8s.node.name", "NODE_NAME"),
    ("k8s.pod.name", "POD_NAME"),
    ("k8s.pod.uid", "POD_UID"),
    ("k8s.statefulset.name", "STATEFULSET_NAME"),
];

const PREFIXES: [&str; 4] = ["K8S_", "KUBERNETES_", "MY_", ""];

/// The pod that the process runs in. `pod` is what the kernel says it is.
pub(crate) fn detect(surroundings: &Surroundings<'_>, pod: Option<String>) -> Resource {
    let namespace = surroundings.value_file(NAMESPACE);
    let inside = pod.is_some() || namespace.is_some() || surroundings.variable(SERVICE_HOST).is_some();
    if !inside {
        // Elsewhere these names mean something else: Jenkins has a `NODE_NAME`.
        return Resource::default();
    }
    let said = CUSTOM.iter().fold(Resource::default(), |resource, (attribute, variable)| {
        let names = PREFIXES.map(|prefix| format!("{prefix}{variable}"));
        resource.with(*attribute, surroundings.first_variable(&names.each_ref().map(String::as_str)))
    });
    let found = Resource::default()
        .with("k8s.namespace.name", namespace)
        .with("k8s.namespace.name", surroundings.first_variable(&["POD_NAMESPACE", "MY_POD_NAMESPACE"]))
        .with("k8s.pod.uid", pod);
    said.or(&found)
}
