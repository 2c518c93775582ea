use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::time::Duration;
use std::time::Instant;

use proptest::prelude::*;

use crate::model::FieldValue;
use crate::model::Resource;
use crate::resource::container;
use crate::resource::detect;
use crate::resource::environment;
use crate::resource::host;
use crate::resource::process;
use crate::resource::service;
use crate::resource::surroundings;
use crate::resource::surroundings::Surroundings;

const ID: &str = "8f1d2c3b4a5968778695a4b3c2d1e0f08f1d2c3b4a5968778695a4b3c2d1e0f0";
const SANDBOX: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const POD: &str = "19ccacf5-fcff-4bd3-a33a-19ff41f6ccd2";

/// What is found where there are these variables and files, and nothing else.
fn surrounded<T>(
    variables: &[(&str, &str)],
    files: &[(&str, &str)],
    look: impl FnOnce(&Surroundings<'_>) -> T,
) -> T {
    let variables: HashMap<_, _> = variables.iter().copied().collect();
    let files: HashMap<_, _> = files.iter().copied().collect();
    let variable = |name: &str| variables.get(name).map(OsString::from);
    let file = |path: &str| files.get(path).map(|text| (*text).to_owned());
    look(&Surroundings::new(&variable, &file))
}

fn text(resource: &Resource, name: &str) -> Option<String> {
    resource.get(name).map(|value| value.to_string())
}

/// A line of `/proc/self/mountinfo` on which nothing of the format is left out.
fn mount(root: &str, place: &str, system: &str) -> String {
    format!("36 35 98:0 {root} {place} rw,noatime shared:1 master:2 - {system} source rw,errors=continue\n")
}

#[track_caller]
fn check_container(groups: &str, mounts: &str, id: Option<&str>, pod: Option<&str>) {
    let files = [("/proc/self/cgroup", groups), ("/proc/self/mountinfo", mounts)];
    let found = surrounded(&[], &files, container::detect);
    assert_eq!((found.id.as_deref(), found.pod.as_deref()), (id, pod), "{groups}{mounts}");
}

#[test]
fn the_container_is_found_in_control_groups_of_version_1() {
    check_container(&format!("13:name=systemd:/docker/{ID}\n1:cpu:/docker/{ID}\n"), "", Some(ID), None);
    check_container(&format!("4:memory:/system.slice/docker-{ID}.scope\n"), "", Some(ID), None);
    let pod = format!("11:cpu,cpuacct:/kubepods/besteffort/pod{POD}/{ID}\n");
    check_container(&pod, "", Some(ID), Some(POD));
    let slice = POD.replace('-', "_");
    let crio = format!(
        "9:pids:/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{slice}.slice/crio-{ID}.scope"
    );
    check_container(&crio, "", Some(ID), Some(POD));
    let containerd =
        format!("2:rdma:/system.slice/containerd.service/kubepods-pod{slice}.slice:cri-containerd:{ID}");
    check_container(&containerd, "", Some(ID), Some(POD));
    // A pod that the kubelet read from a file has a hash instead of a UUID.
    let hash = &ID[..32];
    check_container(&format!("2:cpu:/kubepods/pod{hash}/{ID}"), "", Some(ID), Some(hash));
    let fargate = format!("{hash}-2531612879");
    check_container(&format!("3:cpu:/ecs/{hash}/{fargate}"), "", Some(&fargate), None);
}

#[test]
fn the_container_is_found_in_control_groups_of_version_2() {
    check_container(&format!("0::/system.slice/docker-{ID}.scope\n"), "", Some(ID), None);
    let podman =
        format!("0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{ID}.scope/container\n");
    check_container(&podman, "", Some(ID), None);
    // The innermost: a pod of a cluster whose nodes are containers themselves.
    let nested = format!(
        "0::/docker/{SANDBOX}/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod{}.slice/cri-containerd-{ID}.scope",
        POD.replace('-', "_")
    );
    check_container(&nested, "", Some(ID), Some(POD));
}

#[test]
fn the_container_is_found_in_what_is_mounted_where_its_group_is_hidden() {
    let docker = mount("/", "/", "overlay")
        + &mount(&format!("/var/lib/docker/containers/{ID}/hostname"), "/etc/hostname", "ext4");
    check_container("0::/\n", &docker, Some(ID), None);
    let podman = mount(
        &format!("/containers/overlay-containers/{ID}/userdata/.containerenv"),
        "/run/.containerenv",
        "tmpfs",
    );
    check_container("0::/\n", &podman, Some(ID), None);
    let slice = POD.replace('-', "_");
    let group = mount(
        &format!("/kubepods.slice/kubepods-pod{slice}.slice/crio-{ID}.scope"),
        "/sys/fs/cgroup/pids",
        "cgroup",
    );
    check_container("", &group, Some(ID), None);
}

#[test]
fn a_pod_s_sandbox_is_not_taken_for_the_container() {
    let kubelet = mount(&format!("/var/lib/kubelet/pods/{POD}/etc-hosts"), "/etc/hosts", "xfs");
    let containerd = kubelet.clone()
        + &mount(
            &format!("/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/{SANDBOX}/hostname"),
            "/etc/hostname",
            "xfs",
        );
    check_container("0::/\n", &containerd, None, Some(POD));
    let crio = kubelet
        + &mount(
            &format!("/containers/storage/overlay-containers/{SANDBOX}/userdata/hostname"),
            "/etc/hostname",
            "tmpfs",
        );
    check_container("0::/\n", &crio, None, Some(POD));
    check_container(&format!("0::/machine.slice/libpod-conmon-{ID}.scope"), "", None, None);
}

#[test]
fn outside_of_a_container_there_is_none() {
    check_container("", "", None, None);
    check_container("0::/user.slice/user-1000.slice/session-2.scope\n", &mount("/", "/", "ext4"), None, None);
    check_container("12:pids:/init.scope\n1:name=systemd:/lxc/web\n", "", None, None);
    let layer = mount(&format!("/var/lib/docker/overlay2/{ID}/diff"), "/etc/hostname", "overlay");
    check_container("0::/\n", &layer, None, None);
    check_container(&format!("1:cpu:/docker/{}\n", &ID[1..]), "", None, None);
    check_container(&format!("1:cpu:/docker/{}\n", ID.to_uppercase()), "", None, None);
}

#[test]
fn a_pod_says_what_it_is_by_variables_and_by_what_is_mounted() {
    let look =
        |variables: &[(&str, &str)], files: &[(&str, &str)]| surrounded(variables, files, detect::found);
    let namespace = [("/var/run/secrets/kubernetes.io/serviceaccount/namespace", "shop")];
    let resource =
        look(&[("POD_NAME", "cart-7"), ("MY_NODE_NAME", "n1"), ("K8S_CLUSTER_NAME", "eu")], &namespace);
    let named = ["k8s.pod.name", "k8s.node.name", "k8s.cluster.name", "k8s.namespace.name"];
    let values = named.map(|name| text(&resource, name).unwrap_or_default());
    assert_eq!(values, ["cart-7", "n1", "eu", "shop"]);
    let resource = look(&[("POD_NAMESPACE", "other")], &namespace);
    assert_eq!(text(&resource, "k8s.namespace.name").as_deref(), Some("other"));
    // Elsewhere these variables mean something else.
    let resource = look(&[("POD_NAME", "cart-7"), ("NODE_NAME", "jenkins")], &[]);
    assert!(resource.attributes().all(|(name, _)| !name.starts_with("k8s.")));
}

#[track_caller]
fn check_environment(variables: &[(&str, &str)], expected: &[&str]) {
    let (resource, problem) = surrounded(variables, &[], environment::read);
    let attributes: Vec<_> = resource.attributes().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!((attributes, problem), (expected.iter().map(|it| (*it).to_owned()).collect(), None));
}

#[test]
fn the_environment_is_read_as_the_specification_says() {
    let attributes = |text| [("OTEL_RESOURCE_ATTRIBUTES", text)];
    check_environment(&[], &[]);
    check_environment(&attributes(""), &[]);
    check_environment(
        &attributes("a=1, service.name = shop ,b=x%2Cy%3Dz%25%C3%A9"),
        &["service.name=shop", "a=1", "b=x,y=z%é"],
    );
    check_environment(&attributes("%61=,b=2=3,,"), &["a=", "b=2=3"]);
    check_environment(&attributes("a=1,a=2"), &["a=2"]);
    check_environment(
        &attributes("deployment.environment=prod"),
        &["deployment.environment=prod", "deployment.environment.name=prod"],
    );
    let name = ("OTEL_SERVICE_NAME", "cart");
    check_environment(
        &[name, ("OTEL_RESOURCE_ATTRIBUTES", "service.name=shop,a=1")],
        &["service.name=cart", "a=1"],
    );
    check_environment(
        &[("OTEL_SERVICE_NAME", " "), ("OTEL_RESOURCE_ATTRIBUTES", "service.name=shop")],
        &["service.name=shop"],
    );
}

#[track_caller]
fn check_refused(text: &str, expected: &str) {
    let variables = [("OTEL_SERVICE_NAME", "cart"), ("OTEL_RESOURCE_ATTRIBUTES", text)];
    let (resource, problem) = surrounded(&variables, &[], environment::read);
    assert_eq!(problem.unwrap().to_string(), expected);
    // The whole variable is left out, and the other one is heeded.
    assert_eq!(resource, Resource::default().with("service.name", "cart"));
}

#[test]
fn a_wrong_variable_is_left_out_as_a_whole_and_told() {
    check_refused(
        "a=1,prod",
        "OTEL_RESOURCE_ATTRIBUTES: \"prod\" has no `=`; write `key=value`, joined by commas, a comma in a value as `%2C`",
    );
    let percent = "has a `%` that is followed by no two hexadecimal digits, or bytes that are not UTF-8; write `%25` \
                   for the sign itself";
    check_refused("a=1,b=5%", &format!("OTEL_RESOURCE_ATTRIBUTES: \"b=5%\" {percent}"));
    check_refused("b=%ff", &format!("OTEL_RESOURCE_ATTRIBUTES: \"b=%ff\" {percent}"));
    check_refused("b=%+1", &format!("OTEL_RESOURCE_ATTRIBUTES: \"b=%+1\" {percent}"));
    check_refused("=1", "OTEL_RESOURCE_ATTRIBUTES: \"=1\" has no key; write `key=value`");
    check_refused(
        "a b=1",
        "OTEL_RESOURCE_ATTRIBUTES: \"a b=1\" has a blank or a control character in its key; write a key such as \
         `service.version`",
    );
    // F67: only the beginning of what may hold a secret.
    let long = "s".repeat(100);
    let cut = format!("{}…", "s".repeat(64));
    check_refused(
        &long,
        &format!(
            "OTEL_RESOURCE_ATTRIBUTES: {cut:?} has no `=`; write `key=value`, joined by commas, a comma in a value as `%2C`"
        ),
    );
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_text_is_told_f62() {
    let bytes = std::os::unix::ffi::OsStringExt::from_vec(vec![b'a', 0xff]);
    let variable = |name: &str| (name == "OTEL_SERVICE_NAME").then(|| OsString::clone(&bytes));
    let (resource, problem) = environment::read(&Surroundings::new(&variable, &|_| None));
    let problem = problem.unwrap();
    assert_eq!((problem.variable(), problem.value()), ("OTEL_SERVICE_NAME", "a\u{fffd}"));
    assert_eq!(resource, Resource::default());
}

#[test]
fn what_was_said_goes_over_what_was_found() {
    let variables =
        [("OTEL_SERVICE_NAME", "cart"), ("OTEL_RESOURCE_ATTRIBUTES", "host.name=h2,service.version=1")];
    let files = [("/proc/sys/kernel/hostname", "h1\n")];
    let resource = surrounded(&variables, &files, |surroundings| {
        environment::read(surroundings).0.or(&detect::found(surroundings))
    });
    let mine = Resource::default().with("service.version", "2").or(&resource);
    let values = ["service.name", "service.version", "host.name"].map(|name| text(&mine, name).unwrap());
    assert_eq!(values, ["cart", "2", "h2"]);
}

#[test]
fn a_service_that_nobody_named_is_called_after_its_executable() {
    let resource = surrounded(&[], &[], detect::found);
    let executable = text(&resource, "process.executable.name").unwrap();
    assert!(!executable.is_empty());
    assert_eq!(resource.service_name(), format!("unknown_service:{executable}"));
    assert_eq!(service::detect(None).service_name(), "unknown_service");
}

#[test]
fn an_instance_has_an_identifier_of_its_own_that_stays() {
    let id = service::instance_id(7);
    assert_eq!(id, service::instance_id(7));
    assert_ne!(id, service::instance_id(8), "that of a process which this one forks off");
    let lengths: Vec<_> = id.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12]);
    assert_eq!((&id[14..15], "89ab".contains(&id[19..20])), ("4", true), "{id}");
    // The bits that a version 4 does not fix are those given (RFC 9562, A.3).
    assert_eq!(service::uuid(0x919108f7_52d1_0320_1bac_f847db4148a8), "919108f7-52d1-4320-9bac-f847db4148a8");
}

/// What a host says that has neither name nor identifier yet.
const UNNAMED: [(&str, &str); 2] =
    [("/etc/machine-id", "uninitialized\n"), ("/proc/sys/kernel/hostname", "(none)\n")];

#[test]
fn the_host_says_who_it_is_in_files() {
    let release = "NAME=\"Debian GNU/Linux\"\n# comment\nVERSION_ID=13\nPRETTY_NAME='Debian \"13\" $x'\n";
    let files = [
        ("/etc/machine-id", "0123456789abcdef0123456789abcdef\n"),
        ("/proc/sys/kernel/hostname", "box\n"),
        ("/etc/os-release", release),
    ];
    let resource = surrounded(&[("HOSTNAME", "other")], &files, host::detect);
    let values = ["host.name", "host.id", "os.name", "os.version", "os.description"]
        .map(|name| text(&resource, name).unwrap_or_default());
    let id = "0123456789abcdef0123456789abcdef";
    assert_eq!(values, ["box", id, "Debian GNU/Linux", "13", "Debian \"13\" $x"]);
    let resource = surrounded(&[("HOSTNAME", "other")], &UNNAMED, host::detect);
    assert_eq!((text(&resource, "host.name"), text(&resource, "host.id")), (Some("other".to_owned()), None));
    assert_eq!(["x86_64", "aarch64", "riscv64"].map(host::architecture), ["amd64", "arm64", "riscv64"]);
    assert_eq!(["linux", "macos", "dragonfly"].map(host::system), ["linux", "darwin", "dragonflybsd"]);
}

#[test]
fn a_release_s_values_are_read_as_a_shell_would() {
    let value = |text| host::release_value(text, "NAME");
    assert_eq!(value("NAME=\"a \\\"b\\\" \\\\ \\$c\""), Some("a \"b\" \\ $c".to_owned()));
    assert_eq!(value("NAME=plain\nNAME=later"), Some("later".to_owned()));
    assert_eq!(value("NAME=\"open"), None);
    assert_eq!(value("NAME=\"\""), None);
    assert_eq!(value("NAME=\"\u{1b}[31m\""), None);
    assert_eq!(value("PRETTY_NAME=x"), None);
}

#[test]
fn of_the_command_only_the_program_is_told_f67() {
    let resource = process::detect();
    assert_eq!(text(&resource, "process.command"), std::env::args().next());
    let version = text(&resource, "process.runtime.version").unwrap();
    assert_eq!(version.split('.').count(), 3, "{version}");
    assert_eq!(process::still_there("/bin/x (deleted)"), "/bin/x");
    assert_eq!(process::file_name(process::still_there("/bin/x (deleted)")), "x");
}

#[test]
fn only_ordinary_files_are_read_and_only_so_much_of_them() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    let path = folder.join("long");
    fs::write(&path, "0123456789\n".repeat(100_000)).unwrap();
    let text = surroundings::read(path.to_str().unwrap()).unwrap();
    assert_eq!((text.len(), text.lines().last()), (262_140, Some("0123456789")));
    fs::write(&path, vec![b'x'; 1_000_000]).unwrap();
    assert_eq!(surroundings::read(path.to_str().unwrap()), None);
    assert_eq!(surroundings::read(folder.to_str().unwrap()), None);
    assert_eq!(surroundings::read(folder.join("none").to_str().unwrap()), None);
    // It has no end, and is no ordinary file.
    assert_eq!(surroundings::read("/dev/zero"), None);
}

#[test]
fn this_process_is_found_in_no_time_and_always_the_same() {
    let begin = Instant::now();
    let first = Resource::detect();
    assert!(text(&first, "service.instance.id").is_some());
    assert_eq!(text(&first, "process.pid"), Some(std::process::id().to_string()));
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    assert_eq!(first, Resource::detect());
    let empty =
        first.attributes().filter(|(_, value)| matches!(value, FieldValue::Text(text) if text.is_empty()));
    assert_eq!(empty.count(), 0);
}

#[test]
fn detectors_read_what_they_say_and_nothing_else() {
    let read = RefCell::new(Vec::new());
    let file = |path: &str| {
        read.borrow_mut().push(path.to_owned());
        None
    };
    detect::found(&Surroundings::new(&|_| None, &file));
    let known = [
        "/etc/",
        "/proc/self/",
        "/proc/sys/kernel/hostname",
        "/usr/lib/os-release",
        "/var/lib/dbus/",
        "/var/run/secrets/",
    ];
    let strange: Vec<_> =
        read.into_inner().into_iter().filter(|path| !known.iter().any(|it| path.starts_with(it))).collect();
    assert_eq!(strange, [""; 0]);
}

proptest! {
    /// F62: whatever lies in files and variables, nothing panics, and no value is more than a line.
    #[test]
    fn garbage_is_absent(text in "(?s).{0,300}", line in "[0-9a-f:/ .=,%\n-]{0,300}") {
        for garbage in [&text, &line] {
            let paths = ["/proc/self/cgroup", "/proc/self/mountinfo", "/etc/os-release", "/etc/machine-id", "/proc/sys/kernel/hostname"];
            let variables = [("KUBERNETES_SERVICE_HOST", "::1"), ("POD_NAME", garbage.as_str())];
            let files = paths.map(|path| (path, garbage.as_str()));
            let resource = surrounded(&variables, &files, detect::found);
            for (name, value) in resource.attributes() {
                let value = value.to_string();
                prop_assert!(!value.is_empty() && !value.contains(char::is_control), "{name}={value:?}");
            }
        }
    }

    /// What was written by the rules is read as it was meant.
    #[test]
    fn attributes_that_are_escaped_are_read_as_they_were(value in "(?s).{0,40}") {
        let escaped: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let read = environment::parse(&format!("a.b={escaped},c=d")).unwrap();
        prop_assert_eq!(read, [("a.b".to_owned(), value), ("c".to_owned(), "d".to_owned())]);
    }

    #[test]
    fn attributes_never_panic(text in "(?s).{0,200}") {
        let read = environment::parse(&text);
        prop_assert!(read.is_err() || read.unwrap().iter().all(|(name, _)| !name.is_empty()));
    }
}
