//! Answers for petstore.swagger.io and httpbin.org, as far as the kit asks them, over TLS on the loopback address.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::{Path as PathParameter, Query, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

const PETSTORE: &str = "petstore.swagger.io";
const HTTPBIN: &str = "httpbin.org";

pub(crate) struct StandIns {
    pub(crate) names: [&'static str; 2],
    pub(crate) address: SocketAddr,
    /// The certificate of the authority that signed theirs.
    pub(crate) authority: PathBuf,
}

impl StandIns {
    pub(crate) async fn start(directory: &Path) -> Self {
        let names = [PETSTORE, HTTPBIN];
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let authority = directory.join("authority.pem");
        std::fs::write(&authority, issuer.pem()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(names.map(str::to_owned)).unwrap();
        let certificate = certificate.signed_by(&key, &issuer).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let secure = Secure { listener, acceptor: TlsAcceptor::from(Arc::new(config)) };
        tokio::spawn(async move { axum::serve(secure, router()).await.unwrap() });
        Self { names, address, authority }
    }
}

/// Connections that have shaken hands.
struct Secure {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl axum::serve::Listener for Secure {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, from) = self.listener.accept().await.unwrap();
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, from);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

fn router() -> Router {
    let petstore = Router::new()
        .route("/v2/pet/findByStatus", get(find))
        .route("/v2/pet/{id}", get(pet))
        .route("/v2/swagger.json", get(async || Json(document())))
        .route("/v2/{*rest}", get(async || StatusCode::NOT_FOUND))
        .layer(axum::middleware::from_fn(async |request, next| of(PETSTORE, request, next).await));
    let httpbin = Router::new()
        .route("/basic-auth/{user}/{password}", get(basic))
        .layer(axum::middleware::from_fn(async |request, next| of(HTTPBIN, request, next).await));
    petstore.merge(httpbin)
}

/// Each answers for its own name only.
async fn of(name: &str, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if host == Some(name) { next.run(request).await } else { StatusCode::MISDIRECTED_REQUEST.into_response() }
}

fn named(id: u64, status: &str) -> Value {
    json!({"id": id, "name": format!("pet {id}"), "status": status})
}

async fn find(Query(query): Query<Vec<(String, String)>>) -> Json<Value> {
    let status = query.iter().find(|(name, _)| name == "status").map_or("", |(_, status)| status);
    Json(json!([named(1, status), named(2, status)]))
}

async fn pet(PathParameter(id): PathParameter<String>) -> Response {
    match id.parse() {
        Ok(id) => Json(named(id, "available")).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn basic(
    PathParameter((user, password)): PathParameter<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let expected = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    if headers.get(header::AUTHORIZATION).is_some_and(|sent| *sent == *expected) {
        Json(json!({"authenticated": true, "user": user})).into_response()
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

/// What the kit uses of the service's description, in the version in which the service has it.
fn document() -> Value {
    json!({
        "swagger": "2.0",
        "info": {"title": "Pets", "version": "1"},
        "host": PETSTORE,
        "basePath": "/v2",
        "schemes": ["https", "http"],
        "paths": {
            "/pet/findByStatus": {"get": {
                "operationId": "findPetsByStatus",
                "produces": ["application/xml", "application/json"],
                "parameters": [{"name": "status", "in": "query", "required": true, "type": "array", "collectionFormat": "multi"}],
                "responses": {"200": {"description": "Pets"}},
            }},
            "/pet/{petId}": {"get": {
                "operationId": "getPetById",
                "produces": ["application/xml", "application/json"],
                "parameters": [{"name": "petId", "in": "path", "required": true, "type": "integer"}],
                "responses": {"200": {"description": "A pet"}},
            }},
        },
    })
}
