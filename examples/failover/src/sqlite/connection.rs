//! A connection to one of the servers.

use async_trait::async_trait;
use monitor_core::monitored;
use tokio::io::AsyncBufReadExt;
use tokio::io::AsyncWriteExt;
use tokio::io::BufReader;
use tokio::net::TcpStream;

use crate::Address;
use crate::Connection;
use crate::Database;
use crate::Error;
use crate::Reply;
use crate::Statement;
use crate::Status;
use crate::Token;
use crate::sqlite::message::Request;
use crate::sqlite::message::Response;

/// The small servers over SQLite, as a database.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sqlite;

struct SqliteConnection {
    host: Address,
    stream: BufReader<TcpStream>,
}

#[async_trait]
impl Database for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    async fn connect(&self, host: &Address, token: Option<&Token>) -> Result<Box<dyn Connection>, Error> {
        let lost = |error| Error::disconnected(host, error);
        let stream = TcpStream::connect((host.host(), host.port())).await.map_err(lost)?;
        stream.set_nodelay(true).map_err(lost)?;
        let mut connection = SqliteConnection { host: host.clone(), stream: BufReader::new(stream) };
        let hello = Request::Hello(token.map(Token::reveal).unwrap_or_default().to_owned());
        match connection.exchange(&hello).await? {
            Response::Ok => Ok(Box::new(connection)),
            other => Err(connection.error(other)),
        }
    }
}

#[monitored]
#[async_trait]
impl Connection for SqliteConnection {
    #[monitored(skip)]
    fn host(&self) -> &Address {
        &self.host
    }

    #[monitored(command(system = "sqlite", text = &*statement.sql, server = &self.host))]
    async fn execute(&mut self, statement: &Statement) -> Result<Reply, Error> {
        self.rows(&Request::Execute(statement.clone())).await
    }

    #[monitored(command(system = "sqlite", text = &*statement.sql, server = &self.host, rows = |reply| reply.rows.len()))]
    async fn query(&mut self, statement: &Statement) -> Result<Reply, Error> {
        self.rows(&Request::Query(statement.clone())).await
    }

    async fn status(&mut self) -> Result<Status, Error> {
        match self.exchange(&Request::Status).await? {
            Response::Status(status) => Ok(status),
            other => Err(self.error(other)),
        }
    }

    async fn promote(&mut self) -> Result<(), Error> {
        match self.exchange(&Request::Promote).await? {
            Response::Ok => Ok(()),
            other => Err(self.error(other)),
        }
    }
}

impl SqliteConnection {
    async fn rows(&mut self, request: &Request) -> Result<Reply, Error> {
        let response = self.exchange(request).await?;
        match response {
            Response::Changed(_) | Response::Rows(..) => Ok(response.reply().unwrap_or_default()),
            other => Err(self.error(other)),
        }
    }

    async fn exchange(&mut self, request: &Request) -> Result<Response, Error> {
        let mut line = String::new();
        let exchanged = async {
            self.stream.write_all(request.line().as_bytes()).await?;
            self.stream.read_line(&mut line).await
        };
        exchanged.await.map_err(|error| Error::disconnected(&self.host, error))?;
        if !line.ends_with('\n') {
            return Err(Error::disconnected(&self.host, "the server hung up"));
        }
        Response::read(&line).map_err(|error| Error::disconnected(&self.host, error))
    }

    fn error(&self, response: Response) -> Error {
        let host = self.host.clone();
        match response {
            Response::Denied(reason) => Error::LoginRefused { host, reason },
            Response::ReadOnly => Error::ReadOnly { host },
            Response::Refused(reason) => Error::Refused { host, reason },
            other => Error::disconnected(&host, format_args!("an answer to another question: {other:?}")),
        }
    }
}
