use std::fs;
use std::fs::File;
use std::path::Path;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::export::file::RecordFile;
use crate::export::file::Rotation;
use crate::export::file::record_file::append;
use crate::export::file::rotation::aside;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// What a write to a file that holds `before` makes of it, and what it says.
fn written(before: &str) -> (String, Option<String>) {
    let folder = folder();
    let path = folder.path().join("records");
    fs::write(&path, before).unwrap();
    let result = RecordFile::new(&path).write(b"{\"new\":1}\n");
    (read(&path), result.err().map(|error| error.to_string()))
}

#[track_caller]
fn check_end(before: &str, kept: &str) {
    assert_eq!(written(before), (format!("{kept}{{\"new\":1}}\n"), None));
}

#[test]
fn f50_the_beginning_of_a_record_is_cut_off_and_a_whole_one_gets_its_line_end() {
    check_end("", "");
    check_end("{\"a\":1}\n", "{\"a\":1}\n");
    check_end("{\"a\":1}\n{\"b\":", "{\"a\":1}\n");
    check_end("{\"a\":1}\n{", "{\"a\":1}\n");
    check_end("{\"a\":", "");
    check_end("{\"a\":1}\n{\"b\":2}", "{\"a\":1}\n{\"b\":2}\n");
    let long = format!("{{\"a\":1}}\n{{\"b\":\"{}", "x".repeat(1 << 20));
    check_end(&long, "{\"a\":1}\n");
}

#[test]
fn f50_what_no_recorder_wrote_is_not_touched() {
    for foreign in
        ["no newline at the end", "{\n  \"pretty\": 1\n}", "{\"a\":1}\n\"text", "SQLite format 3\0\u{1}"]
    {
        let (after, error) = written(foreign);
        assert_eq!(after, foreign);
        assert!(
            error
                .unwrap()
                .ends_with("ends with something that is no record; move it away, or name another file")
        );
    }
    let endless = format!("{{\"{}", "x".repeat(17 << 20));
    assert!(written(&endless).0 == endless, "more than a record may have was cut off");
}

#[test]
fn f50_another_process_that_died_in_its_record_is_cleaned_up_after_at_the_next_write() {
    let folder = folder();
    let path = folder.path().join("records");
    let mut file = RecordFile::new(&path);
    file.write(b"{\"a\":1}\n").unwrap();
    fs::write(&path, "{\"a\":1}\n{\"b\":").unwrap();
    file.write(b"{\"c\":3}\n").unwrap();
    assert_eq!(read(&path), "{\"a\":1}\n{\"c\":3}\n");
}

#[cfg(unix)]
mod unix {
    use std::env;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    /// Runs a test in a process of its own whose files may have 1,024 bytes, and which the signal about it does not
    /// kill where `signal` is ignored. Tells whether this is that process.
    fn among_small_files(test: &str, before: &str) -> bool {
        if env::var_os("SMALL_FILES").is_some() {
            return true;
        }
        let script = format!("{before} ulimit -f 2; exec \"$0\" --exact \"$1\"");
        let mut command = Command::new("sh");
        command.args(["-c", &script]).arg(env::current_exe().unwrap());
        command.arg(format!("export::file::tests::unix::{test}")).env("SMALL_FILES", "1");
        let output = command.output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && told.contains("1 passed"), "{output:?}");
        false
    }

    #[test]
    fn f50_what_a_full_disk_took_of_a_write_is_cut_off_again() {
        // The system itself takes a part of it, as where a disk is full, and then refuses.
        if !among_small_files("f50_what_a_full_disk_took_of_a_write_is_cut_off_again", "trap '' XFSZ;") {
            return;
        }
        let folder = folder();
        let path = folder.path().join("records");
        let before = "{\"a\":1}\n".repeat(100);
        fs::write(&path, &before).unwrap();
        let mut file = File::options().append(true).open(&path).unwrap();
        let rest = "{\"b\":2}\n".repeat(100);
        assert!(append(&mut file, before.len() as u64, rest.as_bytes()).is_err());
        assert_eq!(read(&path), before);
        append(&mut file, before.len() as u64, b"{\"c\":3}\n").unwrap();
        assert_eq!(read(&path), before + "{\"c\":3}\n");
    }

    #[test]
    fn f50_a_limit_of_the_size_of_files_kills_nobody() {
        if !among_small_files("f50_a_limit_of_the_size_of_files_kills_nobody", "") {
            return;
        }
        let folder = folder();
        let path = folder.path().join("records");
        let mut file = RecordFile::new(&path);
        let line = format!("{{\"a\":\"{}\"}}\n", "x".repeat(600));
        file.write(line.as_bytes()).unwrap();
        let message = file.write(line.as_bytes()).unwrap_err().to_string();
        assert!(message.contains("larger than files of this process may be, 1024 bytes"), "{message}");
        assert_eq!(read(&path), line);
    }

    #[track_caller]
    fn check_refused(path: &Path, what: &str) {
        let mut file = RecordFile::new(path);
        for result in [file.open(), file.write(b"{}\n")] {
            let message = result.unwrap_err().to_string();
            assert!(message.contains(what) && message.contains(&path.display().to_string()), "{message}");
        }
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn f50_a_file_is_made_for_its_owner_alone_and_one_that_is_there_keeps_its_mode() {
        let folder = folder();
        let (new, old) = (folder.path().join("new"), folder.path().join("old"));
        fs::write(&old, "").unwrap();
        fs::set_permissions(&old, fs::Permissions::from_mode(0o644)).unwrap();
        for path in [&new, &old] {
            RecordFile::new(path).write(b"{}\n").unwrap();
        }
        assert_eq!((mode(&new), mode(&old)), (0o600, 0o644));
    }

    #[test]
    fn f50_a_link_is_refused_and_what_it_leads_to_stays_as_it_is() {
        let folder = folder();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "precious").unwrap();
        symlink(&target, &link).unwrap();
        check_refused(&link, "is a symbolic link");
        assert_eq!(read(&target), "precious");
        let nowhere = folder.path().join("nowhere");
        symlink(&nowhere, folder.path().join("dangling")).unwrap();
        check_refused(&folder.path().join("dangling"), "is a symbolic link");
        assert!(!nowhere.exists());
    }

    #[test]
    fn f50_a_link_put_in_the_place_of_an_open_file_is_refused() {
        let folder = folder();
        let (target, path) = (folder.path().join("target"), folder.path().join("records"));
        fs::write(&target, "{}\n").unwrap();
        let mut file = RecordFile::new(&path);
        file.write(b"{}\n").unwrap();
        fs::remove_file(&path).unwrap();
        symlink(&target, &path).unwrap();
        assert!(file.write(b"{}\n").unwrap_err().to_string().contains("symbolic link"));
        assert_eq!(read(&target), "{}\n");
    }

    #[test]
    fn f50_what_is_no_file_is_refused_and_nobody_waits_for_it() {
        let folder = folder();
        let pipe = folder.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RWXU).unwrap();
        check_refused(&pipe, "a device, a pipe or a socket");
        check_refused(Path::new("/dev/null"), "a device, a pipe or a socket");
        check_refused(folder.path(), "is a folder");
    }

    #[test]
    fn f50_a_folder_that_is_missing_is_named_and_may_come_later() {
        let folder = folder();
        let path = folder.path().join("later/records");
        let mut file = RecordFile::new(&path);
        let message = file.write(b"{}\n").unwrap_err().to_string();
        assert!(message.contains("later/records` cannot be opened: No such file"), "{message}");
        fs::create_dir(folder.path().join("later")).unwrap();
        file.write(b"{}\n").unwrap();
        assert_eq!(read(&path), "{}\n");
    }
}

/// All lines of the file and of those put aside, the oldest first.
fn all_lines(path: &Path) -> Vec<String> {
    let number = (1..).take_while(|number| aside(path, *number).exists()).last().unwrap_or(0);
    let paths = (1..=number).rev().map(|number| aside(path, number)).chain([path.to_owned()]);
    paths.flat_map(|path| read(&path).lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn a_full_file_is_put_aside_and_nothing_is_lost() {
    let folder = folder();
    let path = folder.path().join("records");
    let rotation = Rotation { max_size: 100, keep: 1_000, ..Rotation::default() };
    let mut file = RecordFile::new(&path).rotation(rotation);
    let lines: Vec<_> = (0..500).map(|number| format!("{{\"number\":{number}}}")).collect();
    lines.iter().for_each(|line| file.write(format!("{line}\n").as_bytes()).unwrap());
    assert_eq!(all_lines(&path), lines);
    let sizes = (1..).map(|number| aside(&path, number)).map_while(|path| fs::metadata(path).ok());
    let sizes: Vec<_> = sizes.map(|metadata| metadata.len()).collect();
    assert!(sizes.len() > 50 && sizes.iter().all(|size| (80..=100).contains(size)), "{sizes:?}");
}

#[test]
fn so_many_full_files_are_kept_and_no_more() {
    let folder = folder();
    let path = folder.path().join("records");
    let names = || {
        let entries = fs::read_dir(folder.path()).unwrap();
        let mut names: Vec<_> = entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    for (keep, expected) in [
        (3, vec!["records", "records.1", "records.2", "records.3"]),
        (1, vec!["records", "records.1"]),
        (0, vec!["records"]),
    ] {
        let rotation = Rotation { max_size: 1, keep, ..Rotation::default() };
        let mut file = RecordFile::new(&path).rotation(rotation);
        (0..6).for_each(|_| file.write(b"{}\n").unwrap());
        assert_eq!(names(), expected);
    }
}

#[test]
fn a_file_that_is_old_enough_is_put_aside() {
    let folder = folder();
    let path = folder.path().join("records");
    let rotation = Rotation { max_age: Duration::ZERO, ..Rotation::default() };
    let mut file = RecordFile::new(&path).rotation(rotation);
    file.write(b"{\"a\":1}\n").unwrap();
    file.write(b"{\"b\":2}\n").unwrap();
    assert_eq!((read(&aside(&path, 1)), read(&path)), ("{\"a\":1}\n".into(), "{\"b\":2}\n".into()));
    let day = Duration::from_secs(24 * 3_600);
    let daily = Rotation { max_age: day, ..Rotation::default() };
    assert!(!daily.is_due(1, 1, day) && daily.is_due(1, 1, day + Duration::from_nanos(1)));
    assert!(!daily.is_due(0, 1, day * 2), "an empty file has not had enough");
}

#[test]
fn where_a_full_file_cannot_be_put_aside_nothing_is_written_and_the_reason_is_told() {
    let folder = folder();
    let path = folder.path().join("records");
    fs::create_dir_all(aside(&path, 1).join("occupied")).unwrap();
    let rotation = Rotation { max_size: 1, keep: 1, ..Rotation::default() };
    let mut file = RecordFile::new(&path).rotation(rotation);
    file.write(b"{}\n").unwrap();
    let message = file.write(b"{}\n").unwrap_err().to_string();
    assert!(message.contains("is full and cannot be put aside"), "{message}");
    assert_eq!(read(&path), "{}\n");
}

#[test]
fn f50_many_who_write_to_one_file_lose_nothing_while_it_is_put_aside() {
    let folder = folder();
    let path = folder.path().join("records");
    // As processes have them: each its own open file.
    thread::scope(|scope| {
        for writer in 0..4 {
            let path = &path;
            scope.spawn(move || {
                let rotation = Rotation { max_size: 4_000, keep: 1_000, ..Rotation::default() };
                let mut file = RecordFile::new(path).rotation(rotation);
                for number in 0..500 {
                    let lines = format!("{{\"writer\":{writer},\"number\":{number}}}\n{{\"second\":0}}\n");
                    // On a busy machine others may have the file for long.
                    while let Err(error) = file.write(lines.as_bytes()) {
                        assert!(error.is_retryable(), "{error}");
                    }
                }
            });
        }
    });
    let lines = all_lines(&path);
    assert_eq!(lines.len(), 4 * 500 * 2);
    for writer in 0..4 {
        let start = format!("{{\"writer\":{writer},");
        let own = lines.iter().filter(|line| line.starts_with(&start));
        let expected = (0..500).map(|number| format!("{start}\"number\":{number}}}"));
        assert!(own.cloned().eq(expected), "the lines of writer {writer} are not all there in their order");
    }
    assert!(lines.iter().skip(1).step_by(2).all(|line| line == "{\"second\":0}"));
}

#[test]
fn one_who_holds_the_lock_for_ever_is_not_waited_for() {
    let folder = folder();
    let path = folder.path().join("records");
    fs::write(&path, "{}\n").unwrap();
    let other = File::open(&path).unwrap();
    other.lock().unwrap();
    let mut file = RecordFile::new(&path);
    let message = file.write(b"{}\n").unwrap_err().to_string();
    assert!(message.ends_with("another process has held its lock for 1s"), "{message}");
    other.unlock().unwrap();
    file.write(b"{}\n").unwrap();
}

#[test]
fn a_file_that_somebody_removed_or_moved_is_begun_anew() {
    let folder = folder();
    let path = folder.path().join("records");
    let mut file = RecordFile::new(&path);
    file.write(b"{\"a\":1}\n").unwrap();
    fs::rename(&path, folder.path().join("elsewhere")).unwrap();
    file.write(b"{\"b\":2}\n").unwrap();
    fs::remove_file(&path).unwrap();
    file.write(b"{\"c\":3}\n").unwrap();
    assert_eq!(read(&folder.path().join("elsewhere")), "{\"a\":1}\n");
    assert_eq!(read(&path), "{\"c\":3}\n");
}
