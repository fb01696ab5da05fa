//! Is this text a secret written out? Names that say so, values that can be nothing else.
//!
//! Must not know the graph.

/// Words in a name that announce a secret.
const SECRET_WORDS: &[&str] =
    &["password", "passwd", "passphrase", "pwd", "secret", "token", "apikey", "credential", "credentials"];

/// Pairs of words that announce one.
const SECRET_PAIRS: &[(&str, &str)] = &[
    ("api", "key"),
    ("private", "key"),
    ("access", "key"),
    ("secret", "key"),
    ("auth", "key"),
    ("signing", "key"),
    ("encryption", "key"),
];

/// Last words of names that speak about a secret rather than hold it.
const ABOUT: &[&str] = &[
    "url",
    "uri",
    "arn",
    "name",
    "id",
    "path",
    "file",
    "endpoint",
    "host",
    "expiry",
    "expiration",
    "expires",
    "ttl",
    "length",
    "header",
    "enabled",
    "region",
    "timeout",
    "duration",
    "type",
    "algorithm",
    "issuer",
    "audience",
    "version",
    "prefix",
    "field",
    "parameter",
    "param",
    "store",
    "ref",
    "alias",
    "policy",
    "limit",
    "max",
    "min",
    "seconds",
    "days",
    "bucket",
    "table",
    "count",
    "rotation",
    "provider",
];

/// The words of a name: `dbPassword`, `DB_PASSWORD`, `db-password` are two each.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for c in name.chars() {
        let breaks = !c.is_alphanumeric() || c.is_uppercase() && lower_before;
        if breaks && words.last().is_some_and(|w| !w.is_empty()) {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(last) = words.last_mut()
        {
            last.extend(c.to_lowercase());
        }
        lower_before = c.is_lowercase();
    }
    words.retain(|w| !w.is_empty());
    words
}

/// Whether a name announces a secret value.
pub(super) fn names_secret(name: &str) -> bool {
    let words = words(name);
    if words.last().is_some_and(|w| ABOUT.contains(&w.as_str())) {
        return false;
    }
    let ends = |w: &String| SECRET_WORDS.contains(&w.as_str()) || w.ends_with("password");
    let pair = |w: &[String]| matches!(w, [a, b] if SECRET_PAIRS.contains(&(a.as_str(), b.as_str())));
    words.iter().any(ends) || words.windows(2).any(pair)
}

/// Whether a text is written out: neither empty nor a reference that something resolves later.
pub(super) fn is_written_out(value: &str) -> bool {
    let v = value.trim();
    let resolved =
        ["{{resolve:", "arn:", "ssm:", "secretsmanager:", "vault:", "${", "$(", "{{", "!Ref", "%{"];
    !v.is_empty() && !resolved.iter().any(|r| v.starts_with(r)) && !v.contains("{{resolve:")
}

/// Whether a text merely holds the place of a value.
fn is_placeholder(value: &str) -> bool {
    let v = value.trim().to_ascii_lowercase();
    let starts =
        ["<", "[", "your-", "your_", "replace", "todo", "xxx", "***", "dummy", "placeholder", "example"];
    let whole =
        ["none", "null", "nil", "n/a", "true", "false", "disabled", "enabled", "-", "unset", "redacted"];
    starts.iter().any(|s| v.starts_with(s)) || whole.contains(&v.as_str()) || v.contains("placeholder")
}

/// Whether the value of a named setting is a secret written out.
pub(super) fn is_secret(name: &str, value: &str) -> bool {
    if !is_written_out(value) || is_placeholder(value) {
        return false;
    }
    if has_secret_shape(value) {
        return true;
    }
    let v = value.trim();
    let short_number = v.len() < 6 && v.bytes().all(|b| b.is_ascii_digit());
    // a path names where the secret is kept; an address has none unless it carries a password
    let where_kept = v.starts_with('/') || v.contains("://");
    names_secret(name) && v.len() >= 4 && !short_number && !where_kept && !v.contains("${")
}

/// Whether a value can hardly be anything but a secret.
fn has_secret_shape(value: &str) -> bool {
    value.contains("PRIVATE KEY-----")
        || tokens(value).any(|t| is_access_key(t) || is_service_token(t))
        || has_password_in_url(value)
}

fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).filter(|t| t.len() >= 16)
}

/// An AWS access key id; AWS's own documentation examples do not count.
fn is_access_key(token: &str) -> bool {
    let shape = token.len() == 20 && (token.starts_with("AKIA") || token.starts_with("ASIA"));
    let upper = token.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    shape && upper && !token.ends_with("EXAMPLE")
}

/// Tokens whose prefix says which service issued them.
fn is_service_token(token: &str) -> bool {
    let prefixes =
        ["ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "sk_live_", "rk_live_"];
    prefixes.iter().any(|p| token.strip_prefix(p).is_some_and(|rest| rest.len() >= 10))
}

/// `scheme://user:password@host` with a password that is written out.
fn has_password_in_url(text: &str) -> bool {
    text.match_indices("://").any(|(at, _)| {
        let rest = text.get(at + 3..).unwrap_or("");
        let authority = rest.split(['/', '?', '#', ' ', '"', '\'', '\n']).next().unwrap_or("");
        let Some((user, _)) = authority.rsplit_once('@') else { return false };
        user.split_once(':').is_some_and(|(_, password)| {
            is_written_out(password)
                && !is_placeholder(password)
                && !password.starts_with('$')
                && password != "password"
        })
    })
}

/// Whether a script holds a secret: a value of unmistakable shape, or an assignment to a name that
/// announces one.
pub(super) fn script_holds_secret(script: &str) -> bool {
    has_secret_shape(script) || script.lines().any(assigns_secret)
}

fn assigns_secret(line: &str) -> bool {
    let line = line.trim();
    if line.starts_with('#') {
        return false;
    }
    line.split_whitespace().any(|word| {
        let Some((name, value)) = word.split_once('=') else { return false };
        let value = value.trim_matches(['"', '\'', ';']);
        let name = name.trim_start_matches('-');
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        plain && !value.contains('$') && !value.contains('`') && is_secret(name, value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let check = |name: &str, expected: bool| assert_eq!(names_secret(name), expected, "{name}");
        for secret in [
            "PASSWORD",
            "dbPassword",
            "DB_PASSWORD",
            "MYSQL_ROOT_PASSWORD",
            "STRIPE_API_KEY",
            "JWT_SECRET",
            "github-token",
            "AWS_SECRET_ACCESS_KEY",
            "apiKey",
            "PGPASSWORD",
        ] {
            check(secret, true);
        }
        for plain in [
            "TOKEN_URL",
            "SECRET_ARN",
            "DB_SECRET_NAME",
            "PASSWORD_MIN_LENGTH",
            "KEY_ID",
            "CACHE_KEY",
            "TABLE",
            "AWS_ACCESS_KEY_ID",
            "TOKENIZER",
            "PASSWORD_POLICY",
            "TOKEN_TTL",
        ] {
            check(plain, false);
        }
    }

    #[test]
    fn values() {
        let check = |name: &str, value: &str, expected: bool| {
            assert_eq!(is_secret(name, value), expected, "{name}={value}")
        };
        check("DB_PASSWORD", "hunter2!", true);
        check("DB_PASSWORD", "changeme", true);
        check("DB_PASSWORD", "", false);
        check("DB_PASSWORD", "{{resolve:secretsmanager:db:SecretString:password}}", false);
        check("DB_PASSWORD", "arn:aws:secretsmanager:ap-northeast-2:1:secret:db", false);
        check("DB_PASSWORD", "/prod/db/password", false);
        check("DB_PASSWORD", "<set by deploy>", false);
        check("API_TOKEN", "3600", false);
        check("TOKEN_URL", "https://idp.internal/token", false);
        check("SECRET_ENDPOINT", "https://vault.internal", false);
        check("KEY", &["AKIA", "QWERTYUIOPASDFGH"].concat(), true);
        check("KEY", "AKIAIOSFODNN7EXAMPLE", false);
        check("DATABASE_URL", "postgres://app:s3cr3tpw@db:5432/shop", true);
        check("DATABASE_URL", "postgres://app:${PW}@db:5432/shop", false);
        check("DATABASE_URL", "postgres://db:5432/shop", false);
        check("PEM", &["-----BEGIN RSA ", "PRIVATE KEY-----\nMII"].concat(), true);
        check("GH", &["ghp_", "abcdefghijklmnop1234"].concat(), true);
        check("STAGE", "prod", false);
    }

    #[test]
    fn scripts() {
        let check =
            |script: &str, expected: bool| assert_eq!(script_holds_secret(script), expected, "{script}");
        check("#!/bin/bash\nexport DB_PASSWORD=hunter2!\n", true);
        check("mysql --password=hunter22 -e 'select 1'", true);
        check("export DB_PASSWORD=$(aws ssm get-parameter --name /db)", false);
        check("export DB_PASSWORD=\"${PW}\"", false);
        check("# DB_PASSWORD=hunter2!", false);
        check("yum install -y httpd", false);
        check("TOKEN_URL=https://a.b/c", false);
    }
}
