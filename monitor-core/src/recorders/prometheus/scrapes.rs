//! The thread that answers scrapes: one snapshot and one encoding for all that wait.

use std::io;
use std::io::Write;
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::Bytes;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::model::caught;
use crate::recorder::SnapshotSource;
use crate::recorders::prometheus::encode;
use crate::recorders::prometheus::encode::Page;
use crate::recorders::prometheus::form::Form;
use crate::recorders::prometheus::form::Format;
use crate::recorders::prometheus::form::Packing;

/// A scrape that waits for its answer; there is none once the monitor is gone.
pub(crate) struct Scrape {
    pub(crate) form: Form,
    pub(crate) answer: oneshot::Sender<Bytes>,
}

/// Starts the thread. It ends when nobody can ask any more; at most so many scrapes wait.
///
/// It is apart from the one that serves connections, since taking a snapshot may run code of the user, which may hang.
///
/// # Errors
///
/// The system has no thread left.
pub(crate) fn start(source: SnapshotSource, most: usize) -> io::Result<mpsc::Sender<Scrape>> {
    let (ask, mut asked) = mpsc::channel(most);
    thread::Builder::new().name("monitor-scrapes".to_owned()).spawn(move || {
        while let Some(first) = asked.blocking_recv() {
            // Whoever came while the last snapshot was taken: it may lack what they expect to see.
            let mut waiting = vec![first];
            while let Ok(next) = asked.try_recv() {
                waiting.push(next);
            }
            // Who has given up needs no snapshot, which may be what takes long.
            waiting.retain(|scrape: &Scrape| !scrape.answer.is_closed());
            if !waiting.is_empty() {
                // Those whose answer is lost are told that there is none.
                let _ = caught(|| answer(&source, waiting));
            }
        }
    })?;
    Ok(ask)
}

fn answer(source: &SnapshotSource, waiting: Vec<Scrape>) {
    let Some(snapshot) = source.take() else { return };
    let page = Page::new(&snapshot);
    let mut done: Vec<(Form, Bytes)> = Vec::new();
    for Scrape { form, answer } in waiting {
        let known = done.iter().find(|(it, _)| (it.format, it.packing) == (form.format, form.packing));
        let bytes = match known {
            Some((_, bytes)) => bytes.clone(),
            None => {
                let bytes = encoded(&page, form);
                done.push((form, bytes.clone()));
                bytes
            }
        };
        // Whoever is gone needs no answer.
        let _ = answer.send(bytes);
    }
}

fn encoded(page: &Page<'_>, form: Form) -> Bytes {
    let bytes = match form.format {
        Format::OpenMetrics => encode::openmetrics(page).into_bytes(),
        Format::Protobuf => encode::protobuf(page),
        Format::Text => encode::text(page).into_bytes(),
    };
    match form.packing {
        Packing::Gzip => packed(&bytes).into(),
        Packing::Plain => bytes.into(),
    }
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
