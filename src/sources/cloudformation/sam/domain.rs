//! `Domain` of an API: its custom domain name and what maps it to a stage. SAM names the domain after
//! a hash of it; here it is named after its API.

use super::super::syntax::{make_ref, scalar, text};
use super::super::template::Resource;
use super::build::made;
use super::{Sam, id_part};
use crate::base::tree::{Node, NodeKind};

impl Sam<'_> {
    /// The domain of a REST API.
    pub(super) fn rest_domain(&mut self, api: &Resource, domain: &Node, stage: &str) {
        let span = domain.span;
        let get = |name: &str| domain.get(name).cloned();
        let edge = domain.get("EndpointConfiguration").and_then(Node::text) == Some("EDGE");
        let (edge_certificate, certificate) =
            if edge { (get("CertificateArn"), None) } else { (None, get("CertificateArn")) };
        let ty = get("EndpointConfiguration").unwrap_or_else(|| text(span, "REGIONAL"));
        let name = format!("{}DomainName", api.id);
        let made_domain = made(
            span,
            r#"{"DomainName": "$name", "CertificateArn": "$edge", "RegionalCertificateArn": "$regional",
                "EndpointConfiguration": {"Types": ["$type"]}, "SecurityPolicy": "$policy",
                "MutualTlsAuthentication": "$mutual"}"#,
            &[
                ("name", get("DomainName")),
                ("edge", edge_certificate),
                ("regional", certificate),
                ("type", Some(ty)),
                ("policy", get("SecurityPolicy")),
                ("mutual", get("MutualTlsAuthentication")),
            ],
        );
        self.add(api, &*name, "AWS::ApiGateway::DomainName", span, made_domain);
        for (part, path) in base_paths(domain) {
            let mapping = made(
                span,
                r#"{"DomainName": "$domain", "RestApiId": "$api", "Stage": "$stage", "BasePath": "$path"}"#,
                &[
                    ("domain", Some(make_ref(span, &*name))),
                    ("api", Some(make_ref(span, api.id.clone()))),
                    ("stage", Some(make_ref(span, stage))),
                    ("path", path),
                ],
            );
            let id = format!("{}{part}BasePathMapping", api.id);
            self.add(api, id, "AWS::ApiGateway::BasePathMapping", span, mapping);
        }
    }

    /// The domain of an HTTP API.
    pub(super) fn http_domain(&mut self, api: &Resource, domain: &Node, stage: &str) {
        let span = domain.span;
        let get = |name: &str| domain.get(name).cloned();
        let name = format!("{}DomainName", api.id);
        let made_domain = made(
            span,
            r#"{"DomainName": "$name", "DomainNameConfigurations": [{"CertificateArn": "$certificate",
                "EndpointType": "$type", "SecurityPolicy": "$policy"}], "MutualTlsAuthentication": "$mutual"}"#,
            &[
                ("name", get("DomainName")),
                ("certificate", get("CertificateArn")),
                ("type", Some(get("EndpointConfiguration").unwrap_or_else(|| text(span, "REGIONAL")))),
                ("policy", get("SecurityPolicy")),
                ("mutual", get("MutualTlsAuthentication")),
            ],
        );
        self.add(api, &*name, "AWS::ApiGatewayV2::DomainName", span, made_domain);
        for (part, path) in base_paths(domain) {
            let mapping = made(
                span,
                r#"{"DomainName": "$domain", "ApiId": "$api", "Stage": "$stage", "ApiMappingKey": "$path"}"#,
                &[
                    ("domain", Some(make_ref(span, &*name))),
                    ("api", Some(make_ref(span, api.id.clone()))),
                    ("stage", Some(make_ref(span, stage))),
                    ("path", path),
                ],
            );
            self.add(
                api,
                format!("{}{part}ApiMapping", api.id),
                "AWS::ApiGatewayV2::ApiMapping",
                span,
                mapping,
            );
        }
    }
}

/// The base paths, each with its part of the mapping's id; one without a path if there are none.
fn base_paths(domain: &Node) -> Vec<(String, Option<Node>)> {
    let Some(paths) = domain.get("BasePath") else { return vec![(String::new(), None)] };
    let one = std::slice::from_ref(paths);
    let all = if matches!(paths.kind, NodeKind::List(_)) { paths.items() } else { one };
    let path = |node: &Node| {
        let plain = scalar(node).map(|t| t.trim_matches('/').to_owned());
        let part = plain.as_deref().map(id_part).unwrap_or_default();
        (part, Some(plain.map_or_else(|| node.clone(), |p| text(node.span, p))))
    };
    all.iter().map(path).collect()
}
