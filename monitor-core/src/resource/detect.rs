//! Puts together what was found.

use std::sync::OnceLock;

use crate::model::FieldValue;
use crate::model::Resource;
use crate::resource::ResourceError;
use crate::resource::container;
use crate::resource::environment;
use crate::resource::host;
use crate::resource::kubernetes;
use crate::resource::process;
use crate::resource::service;
use crate::resource::surroundings::Surroundings;

impl Resource {
    /// All that can be known without being told: service, process, runtime, host, system, container and pod, and over it
    /// what [`from_env`](Self::from_env) reads. What code says goes over both: `mine.or(&Resource::detect())`.
    ///
    /// From variables and files alone: no process is started, and nothing is asked over the network. What cannot be
    /// read is absent, and so is a variable with an error in it. Takes less than a millisecond; what does not change
    /// while the process lives, nor in one that is forked off, is looked for once.
    ///
    /// Of the command line only the program is told, for arguments may hold secrets.
    ///
    /// | attribute | from |
    /// |---|---|
    /// | `service.name` | `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, else `unknown_service:` and the executable |
    /// | `service.instance.id` | a random UUID, one a process |
    /// | `telemetry.sdk.name`, `.language`, `.version` | this library |
    /// | `process.pid`, `.executable.name`, `.executable.path`, `.command` | the process |
    /// | `process.runtime.name`, `.version` | `rust`, and the compiler that built this library |
    /// | `host.name`, `host.id`, `host.arch` | `/proc/sys/kernel/hostname`, `/etc/machine-id`, the target |
    /// | `os.type`, `.name`, `.version`, `.description` | the target, `/etc/os-release` |
    /// | `container.id` | `/proc/self/cgroup`, `/proc/self/mountinfo` |
    /// | `k8s.pod.uid` | `POD_UID`, the same two files |
    /// | `k8s.namespace.name` | `POD_NAMESPACE`, the mounted service account |
    /// | `k8s.pod.name`, `.node.name`, `.container.name`, `.cluster.name`, of `.deployment`, `.statefulset`, `.daemonset`, `.job` and `.cronjob` | `POD_NAME`, `NODE_NAME` and so on, also with `K8S_`, `KUBERNETES_` or `MY_` before it; in a pod only |
    ///
    /// ```
    /// use monitor_core::Resource;
    ///
    /// let mine = Resource::default().with("service.name", "shop").with("service.version", "1.4.2");
    /// let resource = mine.or(&Resource::detect());
    /// assert_eq!(resource.service_name(), "shop");
    /// assert!(resource.get("process.pid").is_some());
    /// ```
    #[must_use]
    pub fn detect() -> Self {
        static FOUND: OnceLock<Resource> = OnceLock::new();
        let surroundings = Surroundings::here();
        let (said, _) = environment::read(&surroundings);
        said.or(&of_process()).or(FOUND.get_or_init(|| found(&surroundings)))
    }

    /// What the environment says: `OTEL_SERVICE_NAME`, and `OTEL_RESOURCE_ATTRIBUTES` with attributes such as
    /// `service.version=1.4.2,deployment.environment.name=production`, a comma in a value as `%2C`.
    ///
    /// ```
    /// use monitor_core::Resource;
    ///
    /// let resource = Resource::from_env()?;
    /// # let _ = resource;
    /// # Ok::<(), monitor_core::ResourceError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A variable cannot be read; the error names it, what is wrong in it, and what would be right.
    pub fn from_env() -> Result<Self, ResourceError> {
        match environment::read(&Surroundings::here()) {
            (resource, None) => Ok(resource),
            (_, Some(problem)) => Err(problem),
        }
    }
}

/// What tells this process from all others, its parent among them.
fn of_process() -> Resource {
    let process = std::process::id();
    Resource::default()
        .with("service.instance.id", service::instance_id(process))
        .with("process.pid", process)
}

/// What can be found without being told, and is the same in a process that is forked off.
pub(crate) fn found(surroundings: &Surroundings<'_>) -> Resource {
    let process = process::detect();
    let executable = match process.get("process.executable.name") {
        Some(FieldValue::Text(name)) => Some(name),
        _ => None,
    };
    let container = container::detect(surroundings);
    let parts = [
        host::detect(surroundings),
        Resource::default().with("container.id", container.id),
        kubernetes::detect(surroundings, container.pod),
    ];
    let service = service::detect(executable.as_deref());
    parts.iter().fold(service.or(&process), |resource, part| resource.or(part))
}
