//! The server: a process of its own, so that what it costs is not the sender's.

use std::env;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use tiny_http::Method;
use tiny_http::Request;
use tiny_http::Response;
use tiny_http::Server;

/// The first argument that makes the program the server.
pub(crate) const FLAG: &str = "--receiver";

/// What has arrived.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Received {
    /// Of bodies.
    pub bytes: u64,
    /// In those bodies.
    pub spans: u64,
}

/// The server, as who sends sees it; it ends when this is dropped.
pub(super) struct Receiver {
    process: Child,
    address: String,
    endpoint: String,
}

impl Receiver {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// The process does not start, or does not say where it listens.
    pub(super) fn start() -> io::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        let mut process = command.arg(FLAG).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let said = process.stdout.take().ok_or_else(|| io::Error::other("the server says nothing"))?;
        let mut address = String::new();
        BufReader::new(said).read_line(&mut address)?;
        let address = address.trim().to_owned();
        Ok(Self { process, endpoint: format!("http://{address}"), address })
    }

    /// Where it listens.
    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What has arrived so far.
    ///
    /// # Errors
    ///
    /// It does not answer, or with something else.
    pub(super) fn received(&self) -> io::Result<Received> {
        let mut connection = TcpStream::connect(&self.address)?;
        connection.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        let body = answer.rsplit("\r\n").next().unwrap_or_default();
        let numbers = body.split_once(' ').and_then(|(bytes, spans)| {
            Some(Received { bytes: bytes.parse().ok()?, spans: spans.trim().parse().ok()? })
        });
        numbers.ok_or_else(|| io::Error::other(format!("`{answer}` is not what has arrived")))
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // One that has ended already has nothing to be killed, and nobody asks how it ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Is the server: says where it listens, and answers until it is killed.
///
/// # Errors
///
/// It cannot listen, or a request breaks off.
pub(crate) fn serve() -> Result<(), String> {
    let server = Server::http("127.0.0.1:0").map_err(|error| error.to_string())?;
    println!("{}", server.server_addr());
    let mut received = Received::default();
    for request in server.incoming_requests() {
        answer(request, &mut received).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn answer(mut request: Request, received: &mut Received) -> io::Result<()> {
    if *request.method() == Method::Get {
        return request.respond(Response::from_string(format!("{} {}", received.bytes, received.spans)));
    }
    let mut body = Vec::new();
    request.as_reader().read_to_end(&mut body)?;
    let traces = ExportTraceServiceRequest::decode(&body[..]).map_err(io::Error::other)?;
    let scopes = traces.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    received.spans += scopes.map(|scope| scope.spans.len() as u64).sum::<u64>();
    received.bytes += body.len() as u64;
    request.respond(Response::from_data(Vec::new()))
}
