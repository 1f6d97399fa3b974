//! A network in trouble, between the browser and the hub: it drops, delays, doubles and reorders, in an order that a seed
//! decides, so that a journey that fails can be gone through again.
//!
//! It works on whole exchanges, one a connection. Only calls of the API suffer; the files of the console pass, because
//! a console that never loads says nothing about one that does.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What the calls of the API suffer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Weather {
    #[default]
    Fair,
    /// One of the troubles below for most of the calls.
    Troubled,
    /// Nothing comes through.
    Cut,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    None,
    /// The question does not arrive.
    Lost,
    /// It arrives, and the answer does not.
    Unanswered,
    /// The answer breaks off in the middle.
    Torn,
    /// It comes late, so that others overtake it.
    Late,
    /// The question arrives twice.
    Twice,
    /// An answer from before comes in the place of the one of now.
    Old,
    /// What stands between says that it could not.
    BadGateway,
}

const TROUBLES: [Trouble; 12] = [
    Trouble::None,
    Trouble::Lost,
    Trouble::Late,
    Trouble::Unanswered,
    Trouble::None,
    Trouble::Twice,
    Trouble::Old,
    Trouble::Torn,
    Trouble::None,
    Trouble::Late,
    Trouble::Old,
    Trouble::BadGateway,
];

#[derive(Default)]
struct State {
    weather: Weather,
    random: u64,
    /// The answers so far, by request line: whole, without the one who asked.
    answers: HashMap<String, Vec<Vec<u8>>>,
    /// Session tokens that were seen, and those that the hub is told wrong from now on.
    seen: HashSet<String>,
    expired: HashSet<String>,
    suffered: HashMap<&'static str, usize>,
    asked: usize,
}

impl State {
    /// A number of a small generator (SplitMix64): the same seed makes the same weather.
    fn next(&mut self, below: usize) -> usize {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % below as u64).unwrap_or_default()
    }
}

pub(crate) struct Proxy {
    state: Arc<Mutex<State>>,
    /// `http://127.0.0.1:PORT`.
    pub(crate) address: String,
}

impl Proxy {
    /// Before a hub, `http://127.0.0.1:PORT`.
    pub(crate) async fn before(hub: &str, seed: u64) -> Result<Self> {
        let hub = hub.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(Mutex::new(State { random: seed, ..State::default() }));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (state, hub) = (Arc::clone(&shared), hub.clone());
                // What breaks here is what a network in trouble breaks.
                tokio::spawn(async move { exchange(client, &hub, &state).await });
            }
        });
        Ok(Self { state, address })
    }

    pub(crate) fn turn(&self, weather: Weather) {
        self.state.lock().unwrap().weather = weather;
    }

    /// The hub no longer knows the sessions that were opened so far: as after 24 hours.
    pub(crate) fn expire_sessions(&self) {
        let mut state = self.state.lock().unwrap();
        let seen = state.seen.clone();
        state.expired.extend(seen);
    }

    /// How many calls suffered a trouble of each kind so far.
    pub(crate) fn suffered(&self) -> HashMap<&'static str, usize> {
        self.state.lock().unwrap().suffered.clone()
    }

    /// How many calls of the API came so far.
    pub(crate) fn asked(&self) -> usize {
        self.state.lock().unwrap().asked
    }
}

async fn exchange(mut client: TcpStream, hub: &str, state: &Mutex<State>) -> Result<()> {
    let request = Request::read(&mut client).await?;
    let (trouble, pause, request) = {
        let mut state = state.lock().unwrap();
        let trouble = plan(&mut state, &request);
        let pause = Duration::from_millis(200 + 40 * state.next(40) as u64);
        (trouble, pause, request.with_expired(&mut state))
    };
    match trouble {
        Trouble::Lost => return Ok(()),
        Trouble::BadGateway => {
            let answer = b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 11\r\nConnection: close\r\n\r\n<h1>502</h1";
            return Ok(client.write_all(answer).await?);
        }
        Trouble::Late => tokio::time::sleep(pause).await,
        Trouble::Twice => {
            ask(hub, &request).await?;
        }
        Trouble::None | Trouble::Unanswered | Trouble::Torn | Trouble::Old => {}
    }
    let answer = ask(hub, &request).await?;
    let answer = {
        let mut state = state.lock().unwrap();
        let known = state.answers.entry(request.line.clone()).or_default();
        // Not of a question with a body: that one may be another each time.
        let old = known.first().filter(|_| request.is_plain_read()).cloned();
        if request.is_plain_read() {
            known.push(answer.clone());
            let surplus = known.len().saturating_sub(4);
            known.drain(..surplus);
        }
        old.filter(|_| trouble == Trouble::Old).unwrap_or(answer)
    };
    match trouble {
        Trouble::Unanswered => {}
        Trouble::Torn => client.write_all(&answer[..answer.len() * 2 / 3]).await?,
        _ => client.write_all(&answer).await?,
    }
    Ok(())
}

fn plan(state: &mut State, request: &Request) -> Trouble {
    if !request.line.contains("/octopus-jobmanager/") {
        return Trouble::None;
    }
    state.asked += 1;
    let trouble = match state.weather {
        Weather::Fair => return Trouble::None,
        Weather::Cut => Trouble::Lost,
        Weather::Troubled => TROUBLES[state.next(TROUBLES.len())],
    };
    let name = match trouble {
        Trouble::None => "none",
        Trouble::Lost => "lost",
        Trouble::Unanswered => "unanswered",
        Trouble::Torn => "torn",
        Trouble::Late => "late",
        Trouble::Twice => "twice",
        Trouble::Old => "old",
        Trouble::BadGateway => "bad gateway",
    };
    *state.suffered.entry(name).or_default() += 1;
    trouble
}

/// Sends a request on a connection of its own and reads the whole answer.
async fn ask(hub: &str, request: &Request) -> Result<Vec<u8>> {
    let mut server = TcpStream::connect(hub).await?;
    server.write_all(&request.bytes).await?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await?;
    Ok(answer)
}

struct Request {
    /// Method and target.
    line: String,
    token: Option<String>,
    /// Whole, and asking for the connection to end with the answer.
    bytes: Vec<u8>,
}

impl Request {
    async fn read(client: &mut TcpStream) -> Result<Self> {
        let mut bytes = Vec::new();
        let head_end = loop {
            if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break end;
            }
            if client.read_buf(&mut bytes).await? == 0 {
                anyhow::bail!("the browser let go");
            }
        };
        let head = String::from_utf8(bytes[..head_end].to_vec())?;
        let header = |name: &str| {
            head.lines().skip(1).find_map(|line| {
                let (key, value) = line.split_once(':')?;
                key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            })
        };
        let length: usize = header("content-length").map_or(Ok(0), |length| length.parse())?;
        while bytes.len() < head_end + 4 + length {
            if client.read_buf(&mut bytes).await? == 0 {
                anyhow::bail!("the browser let go");
            }
        }
        let line = head.lines().next().context("a request line")?.to_owned();
        let kept = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
        let mut sent = kept.map(|line| format!("{line}\r\n")).collect::<String>().into_bytes();
        sent.extend(b"Connection: close\r\n\r\n");
        sent.extend(&bytes[head_end + 4..]);
        Ok(Self { line, token: header("x-auth-token"), bytes: sent })
    }

    fn is_plain_read(&self) -> bool {
        self.line.starts_with("GET ")
    }

    fn with_expired(self, state: &mut State) -> Self {
        let Some(token) = self.token.clone() else { return self };
        if !state.expired.contains(&token) {
            state.seen.insert(token);
            return self;
        }
        let text = String::from_utf8_lossy(&self.bytes).replace(&token, "expired");
        Self { bytes: text.into_bytes(), ..self }
    }
}
