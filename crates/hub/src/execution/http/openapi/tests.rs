//! Documents, operations and parameters (OpenAPI 3, Style Values; Swagger 2.0), without a network.

use super::*;
use serde_json::json;

fn document(root: &Value) -> Document {
    let url = Url::parse("http://host:8080/v2/api.json").unwrap();
    Document::read(url, root.to_string().as_bytes()).unwrap()
}

fn planned(root: &Value, with: Value) -> Result<RequestPlan, WorkflowError> {
    let mut call = json!({"document": {"endpoint": "http://host/api.json"}, "operationId": "op"});
    call.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    plan(&read(&call).unwrap(), &document(root))
}

/// The URL of an OpenAPI 3 operation with one parameter.
fn url(path: &str, parameter: Value, value: Value) -> String {
    let root = json!({
        "openapi": "3.1.0", "servers": [{"url": "http://s"}],
        "paths": {path: {"get": {"operationId": "op", "parameters": [parameter]}}}
    });
    planned(&root, json!({"parameters": {"p": value}})).unwrap().url.to_string()
}

fn refused(root: &Value, parameters: Value) -> String {
    let error = planned(root, json!({"parameters": parameters})).unwrap_err();
    format!("{} {}", error.kind.rsplit_once('/').unwrap().1, error.detail.unwrap())
}

#[test]
fn openapi_style_values_are_written_as_the_specification_shows_them() {
    let list = || json!(["blue", "black"]);
    let object = || json!({"R": 100, "G": "a b"});
    let path = |style: &str, explode: bool, value: Value| {
        url("/{p}", json!({"name": "p", "in": "path", "style": style, "explode": explode}), value)
    };
    assert_eq!(path("simple", false, list()), "http://s/blue,black");
    assert_eq!(path("simple", true, object()), "http://s/R=100,G=a%20b");
    assert_eq!(path("label", false, list()), "http://s/.blue,black");
    assert_eq!(path("label", true, list()), "http://s/.blue.black");
    assert_eq!(path("matrix", false, list()), "http://s/;p=blue,black");
    assert_eq!(path("matrix", true, list()), "http://s/;p=blue;p=black");
    assert_eq!(path("matrix", false, json!("x/y")), "http://s/;p=x%2Fy");
    let query = |members: Value, value: Value| {
        let mut parameter = json!({"name": "p", "in": "query"});
        parameter.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        url("/", parameter, value)
    };
    assert_eq!(query(json!({}), list()), "http://s/?p=blue&p=black");
    assert_eq!(query(json!({"explode": false}), list()), "http://s/?p=blue,black");
    assert_eq!(query(json!({"style": "spaceDelimited"}), list()), "http://s/?p=blue%20black");
    assert_eq!(query(json!({"style": "pipeDelimited"}), list()), "http://s/?p=blue%7Cblack");
    assert_eq!(query(json!({"style": "deepObject"}), object()), "http://s/?p%5BR%5D=100&p%5BG%5D=a%20b");
    assert_eq!(query(json!({}), object()), "http://s/?R=100&G=a%20b");
    assert_eq!(query(json!({"allowReserved": true}), json!("a/b&c")), "http://s/?p=a/b%26c");
    assert_eq!(query(json!({"content": {"application/json": {}}}), json!([1])), "http://s/?p=%5B1%5D");
    assert_eq!(query(json!({}), Value::Null), "http://s/");
}

#[test]
fn openapi_parameters_go_to_path_query_header_and_cookie_and_the_rest_is_the_body() {
    let root = json!({
        "openapi": "3.0.3",
        "servers": [{"url": "/api/{version}", "variables": {"version": {"default": "v7"}}}],
        "paths": {"/pets/{id}": {
            "parameters": [{"$ref": "#/components/parameters/id"}, {"name": "trace", "in": "header"}],
            "post": {
                "operationId": "op",
                "parameters": [{"name": "trace", "in": "header", "required": true}, {"name": "session", "in": "cookie"},
                               {"name": "Accept", "in": "header"}],
                "requestBody": {"$ref": "#/components/requestBodies/pet"},
                "responses": {"200": {"content": {"text/html": {}, "application/hal+json": {}}}},
            }
        }},
        "components": {
            "parameters": {"id": {"name": "id", "in": "path", "required": true}},
            "requestBodies": {"pet": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/pet"}}}}},
            "schemas": {"pet": {"allOf": [{"properties": {"name": {}}}, {"properties": {"tag": {}}}]}},
        }
    });
    let parameters =
        json!({"id": 7, "trace": "t", "session": "a b", "name": "Milou", "tag": null, "Accept": "x"});
    let plan = planned(&root, json!({"parameters": parameters})).unwrap();
    assert_eq!((plan.method.as_str(), plan.url.as_str()), ("POST", "http://host:8080/api/v7/pets/7"));
    assert_eq!(plan.headers["trace"], "t");
    assert_eq!(plan.headers["cookie"], "session=a%20b");
    assert_eq!(plan.headers["accept"], "application/hal+json");
    assert_eq!(plan.headers["content-type"], "application/json");
    assert_eq!(plan.body.unwrap(), br#"{"name":"Milou","tag":null}"#);
    let whole = planned(&root, json!({"parameters": {"id": 7, "trace": "t", "body": "text"}})).unwrap();
    assert_eq!(whole.body.unwrap(), b"\"text\"");
    assert_eq!(
        refused(&root, json!({"id": 7, "name": "x"})),
        r#"validation operation "op" requires the parameter "trace""#
    );
    assert_eq!(
        refused(&root, json!({"id": 7, "trace": "t"})),
        r#"validation operation "op" requires the parameter "body""#
    );
    assert_eq!(
        refused(&root, json!({"id": 7, "trace": "t", "nmae": "x", "name": "y"})),
        r#"validation operation "op" has no parameter "nmae"; it has: trace, session, Accept, id"#
    );
    for dots in ["..", ".", ""] {
        assert!(refused(&root, json!({"id": dots, "trace": "t", "name": "x"})).contains("change the path"));
    }
}

#[test]
fn swagger_2_parameters_are_sent_as_it_says() {
    let operation = |parameters: Value, consumes: Value| {
        json!({
            "swagger": "2.0", "host": "api.example.com", "basePath": "/v2", "schemes": ["https", "http"],
            "produces": ["application/xml", "application/json"],
            "paths": {"/pet/{id}": {"put": {"operationId": "op", "consumes": consumes, "parameters": parameters}}}
        })
    };
    let id = json!({"name": "id", "in": "path", "required": true, "type": "integer"});
    let root = operation(
        json!([id, {"name": "status", "in": "query", "type": "array", "collectionFormat": "multi"},
               {"name": "tags", "in": "query", "type": "array"}, {"name": "pipe", "in": "query", "type": "array", "collectionFormat": "pipes"}]),
        json!(["application/json"]),
    );
    let parameters = json!({"id": 1, "status": ["a", "b"], "tags": ["c", "d"], "pipe": ["e", "f"]});
    let plan = planned(&root, json!({"parameters": parameters})).unwrap();
    // The document came by plain HTTP, which the schemes offer too.
    assert_eq!(plan.url.as_str(), "http://api.example.com/v2/pet/1?status=a&status=b&tags=c,d&pipe=e%7Cf");
    assert_eq!(plan.headers["accept"], "application/json");
    let root = operation(
        json!([id, {"name": "pet", "in": "body", "required": true, "schema": {"properties": {"name": {}}}}]),
        json!(["application/xml", "application/json"]),
    );
    for parameters in [json!({"id": 1, "pet": {"name": "Milou"}}), json!({"id": 1, "name": "Milou"})] {
        let plan = planned(&root, json!({"parameters": parameters})).unwrap();
        assert_eq!(plan.body.unwrap(), br#"{"name":"Milou"}"#);
    }
    assert!(refused(&root, json!({"id": 1})).contains(r#"requires the parameter "pet""#));
    let root = operation(
        json!([id, {"name": "status", "in": "formData", "type": "string"}]),
        json!(["application/x-www-form-urlencoded"]),
    );
    let plan = planned(&root, json!({"parameters": {"id": 1, "status": "sold & gone"}})).unwrap();
    assert_eq!(plan.body.unwrap(), b"status=sold+%26+gone");
    let root = operation(json!([id, {"name": "photo", "in": "formData", "type": "file"}]), json!([]));
    assert!(refused(&root, json!({"id": 1})).starts_with("configuration the parameter \"photo\" is a file"));
}

#[test]
fn an_operation_or_a_reference_that_is_not_there_is_named() {
    let root = json!({"openapi": "3.0.0", "paths": {"/a": {"get": {"operationId": "other"}}}});
    assert!(
        refused(&root, json!({}))
            .starts_with("configuration the document http://host:8080/v2/api.json has no operation \"op\"")
    );
    let with = |reference: &str| {
        json!({"openapi": "3.0.0", "paths": {"/a": {"get": {"operationId": "op", "parameters": [{"$ref": reference}]}}},
               "components": {"parameters": {"round": {"$ref": "#/components/parameters/round"}}}})
    };
    assert!(
        refused(&with("#/components/parameters/none"), json!({})).contains("#/components/parameters/none")
    );
    assert!(refused(&with("other.yaml#/a"), json!({})).contains("other.yaml#/a"));
    assert!(refused(&with("#/components/parameters/round"), json!({})).contains("circles"));
}

#[test]
fn documents_are_read_as_json_and_yaml_and_nothing_else() {
    let read = |text: &str| Document::read(Url::parse("http://host/").unwrap(), text.as_bytes());
    assert!(read("openapi: 3.1.0\npaths: {}").is_ok());
    assert!(read("swagger: '2.0'\npaths: {}").is_ok());
    assert!(read("swagger: 2.0\npaths: {}").is_ok());
    assert!(read("asyncapi: 3.0.0").unwrap_err().contains("neither"));
    assert!(read("{\"openapi\": ").is_err());
    assert!(read("<html>not found</html>").is_err());
}
