//! `container.id`, from the control groups and mounts of the process.

use std::str::SplitN;

use crate::resource::surroundings::Surroundings;

/// What the kernel says of the process about containers and pods.
pub(crate) struct Container {
    /// The identifier of the container.
    pub(crate) id: Option<String>,
    /// The identifier of the pod of Kubernetes that the container is a part of.
    pub(crate) pod: Option<String>,
}

/// Looks where the process runs. Version 1 of control groups says it in the path of the group. In version 2 the process
/// mostly sees a path of its own that says nothing, but files of the container's that are mounted give it away.
pub(crate) fn detect(surroundings: &Surroundings<'_>) -> Container {
    let groups = surroundings.file("/proc/self/cgroup").unwrap_or_default();
    let (id, pod) = (id_of_groups(&groups), pod_of_groups(&groups));
    if id.is_some() {
        return Container { id, pod };
    }
    let mounts = surroundings.file("/proc/self/mountinfo").unwrap_or_default();
    Container { id: id_of_mounts(&mounts), pod: pod.or_else(|| pod_of_mounts(&mounts)) }
}

/// The container in `/proc/self/cgroup`: lines such as `4:memory:/docker/<id>` and `0::/…/crio-<id>.scope`.
pub(crate) fn id_of_groups(text: &str) -> Option<String> {
    paths(text).find_map(id_of_path)
}

/// The pod in `/proc/self/cgroup`: `/kubepods/burstable/pod<uid>/…`, or `…-pod<uid with underscores>.slice/…`.
pub(crate) fn pod_of_groups(text: &str) -> Option<String> {
    paths(text).find_map(pod_of_path)
}

/// The paths of the groups; each line is `number:controllers:path`.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.splitn(3, ':').nth(2))
}

/// The container in the path of a group: that of the innermost part that has one, as containers may lie in containers.
fn id_of_path(path: &str) -> Option<String> {
    path.rsplit('/').find_map(|part| {
        let name = part.strip_suffix(".scope").unwrap_or(part);
        // Who watches a container lives in a group that is named after it.
        let watcher = name.contains("conmon");
        let last = name.rsplit(['-', ':']).next().unwrap_or(name);
        if watcher {
            None
        } else if is_id(last) {
            Some(last.to_owned())
        } else {
            is_fargate(name).then(|| name.to_owned())
        }
    })
}

fn pod_of_path(path: &str) -> Option<String> {
    path.split('/').find_map(|part| {
        // With systemd the container may be in the same part, after a colon.
        let slice = part.split(':').next().unwrap_or(part);
        let (before, uid) = slice.strip_suffix(".slice").unwrap_or(slice).rsplit_once("pod")?;
        let begins = before.is_empty() || before.ends_with('-');
        begins.then(|| uid.replace('_', "-")).filter(|uid| is_pod(uid))
    })
}

/// The container in `/proc/self/mountinfo`.
pub(crate) fn id_of_mounts(text: &str) -> Option<String> {
    let mounts = || text.lines().filter_map(Mount::read);
    let group = mounts().filter(|mount| mount.is_group).find_map(|mount| id_of_path(mount.root));
    // The files of a pod are those of its sandbox, which is another container.
    let in_pod = pod_of_mounts(text).is_some();
    group.or_else(|| {
        let files = ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/run/.containerenv"];
        let mut files = mounts().filter(|mount| !in_pod && files.contains(&mount.place));
        files.find_map(|mount| id_of_file(mount.root))
    })
}

/// The pod in `/proc/self/mountinfo`: a file that the kubelet mounted.
pub(crate) fn pod_of_mounts(text: &str) -> Option<String> {
    text.lines().filter_map(Mount::read).find_map(|mount| {
        let (_, rest) = mount.root.split_once("/pods/")?;
        let (uid, file) = rest.split_once('/')?;
        let kubelets = file == "etc-hosts" || file.starts_with("containers/") || file.starts_with("volumes/");
        (kubelets && is_pod(uid)).then(|| uid.to_owned())
    })
}

/// The container whose file this is: `…/containers/<id>/hostname` of Docker, `…/overlay-containers/<id>/userdata/…` of
/// Podman.
fn id_of_file(root: &str) -> Option<String> {
    let parts: Vec<_> = root.split('/').collect();
    let found = parts.windows(2).rev().find(|pair| pair[0].ends_with("containers") && is_id(pair[1]));
    found.map(|pair| pair[1].to_owned())
}

/// One line of `/proc/self/mountinfo`, as `proc_pid_mountinfo(5)` describes it.
struct Mount<'a> {
    /// What is mounted, within its file system.
    root: &'a str,
    /// Where it is mounted.
    place: &'a str,
    /// Whether it is a control group.
    is_group: bool,
}

impl<'a> Mount<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (mount, system) = line.split_once(" - ")?;
        let mut fields: SplitN<'_, char> = mount.splitn(6, ' ');
        let (root, place) = (fields.nth(3)?, fields.next()?);
        Some(Self { root, place, is_group: system.starts_with("cgroup") })
    }
}

/// What Docker, containerd, CRI-O and Podman call a container.
fn is_id(text: &str) -> bool {
    text.len() == 64 && is_hexadecimal(text)
}

/// What the second platform version of AWS Fargate calls one: a task, and a number.
fn is_fargate(text: &str) -> bool {
    let numbered = |(task, number): (&str, &str)| {
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        task.len() == 32 && is_hexadecimal(task) && digits && number.len() <= 20
    };
    text.split_once('-').is_some_and(numbered)
}

/// A UUID, or the hash that a pod has which the kubelet read from a file.
fn is_pod(text: &str) -> bool {
    let groups = text.split('-').map(str::len).collect::<Vec<_>>();
    (groups == [8, 4, 4, 4, 12] || groups == [32]) && is_hexadecimal(&text.replace('-', ""))
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
