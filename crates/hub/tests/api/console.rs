//! The console's files and the answers that need nobody to be signed in.

use mas_hub::config::{Config, Origins};

use crate::support::Hub;

async fn with_files() -> Hub {
    let embedding = Origins { allow_origins: vec!["https://portal.example.com".into()] };
    let config = Config { static_files: Some("dist".into()), embedding, ..Config::default() };
    Hub::with(config, |directory| {
        let dist = directory.join("dist");
        std::fs::create_dir(&dist).unwrap();
        std::fs::write(dist.join("index.html"), "<script>1</script><p>page").unwrap();
        std::fs::write(dist.join("config.json"), "{\"endpoint\":\"elsewhere\"}").unwrap();
        std::fs::write(dist.join("app-0123456789abcdef.js"), "js ".repeat(1000)).unwrap();
        std::fs::write(dist.join("app-0123456789abcdef_bg.wasm"), "wasm").unwrap();
        std::fs::write(dist.join("app-0123456789abcdef_bg.wasm.br"), "compressed").unwrap();
    })
    .await
}

#[tokio::test]
async fn every_page_is_the_index_and_files_are_themselves() {
    let hub = with_files().await;
    for path in ["/", "/index.html", "/workflows/1", "/runs/a/b.c", "/workflows/%E4%B8%80"] {
        let page = hub.ask("GET", path).header("accept", "text/html,*/*;q=0.8").send().await;
        assert_eq!((page.status, page.text.as_str()), (200, "<script>1</script><p>page"), "{path}");
        assert_eq!(page.header("cache-control"), "no-cache");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'self' https://portal.example.com"), "{policy}");
        assert!(policy.contains("'wasm-unsafe-eval' 'sha256-"), "{policy}");
    }
    let script = hub.ask("GET", "/app-0123456789abcdef.js").send().await;
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert!(script.header("cache-control").contains("immutable"));
    let missing = hub.ask("GET", "/app-ffffffffffffffff.js").header("accept", "*/*").send().await;
    assert_eq!(missing.status, 404);
    assert_eq!(hub.ask("POST", "/workflows").send().await.status, 405);
}

#[tokio::test]
async fn files_travel_compressed_and_only_once() {
    let hub = with_files().await;
    let wasm =
        hub.ask("GET", "/app-0123456789abcdef_bg.wasm").header("accept-encoding", "gzip, br").send().await;
    assert_eq!((wasm.text.as_str(), wasm.header("content-encoding")), ("compressed", "br"));
    assert_eq!(wasm.header("content-type"), "application/wasm");
    let plain = hub.ask("GET", "/app-0123456789abcdef_bg.wasm").send().await;
    assert_eq!((plain.text.as_str(), plain.header("content-encoding")), ("wasm", ""));
    let script = hub.ask("GET", "/app-0123456789abcdef.js").header("accept-encoding", "br").send().await;
    assert_eq!(script.header("content-encoding"), "br", "compressed on the fly");
    let page = hub.ask("GET", "/").header("accept", "text/html").send().await;
    let again = hub.ask("GET", "/").header("if-none-match", page.header("etag")).send().await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
}

#[tokio::test]
async fn the_hub_tells_the_console_where_the_api_is() {
    let hub = with_files().await;
    let config = hub.ask("GET", "/config.json").send().await;
    assert_eq!(config.text, "{\"endpoint\":\"\",\"links\":\"path\"}\n");
    assert_eq!(config.header("cache-control"), "no-cache");
}

#[tokio::test]
async fn without_a_console_the_page_says_how_to_build_one() {
    let hub = Hub::start().await;
    let page = hub.ask("GET", "/").header("accept", "text/html").send().await;
    assert!(page.text.contains("cargo xtask serve") && page.text.contains("控制台"));
}

#[tokio::test]
async fn health_needs_nobody_signed_in_and_readiness_asks_the_database() {
    let hub = Hub::start().await;
    assert_eq!(hub.ask("GET", "/healthz").send().await.status, 200);
    let ready = hub.ask("GET", "/readyz").send().await;
    assert_eq!(ready.status, 200);
    assert_eq!(ready.header("x-content-type-options"), "nosniff");
    assert_eq!(ready.header("x-request-id").len(), 32);
    hub.app.database.close().await;
    assert_eq!(hub.ask("GET", "/readyz").send().await.status, 503);
    assert_eq!(hub.ask("GET", "/healthz").send().await.status, 200);
}
