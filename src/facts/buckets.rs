//! Buckets: whom they admit, what blocks the public, what they receive, how long they keep it.

use super::Derived;
use super::items::{Found, Known, Proof};
use super::policy::{Statement, allows};
use super::view::View;
use crate::model::read::Answer;
use crate::model::truth::Truth;
use crate::model::value::{ResId, Val};

pub(super) const FACTS: &[Derived] = &[
    Derived::new(
        "public_grants",
        &["bucket"],
        "texts",
        "how the public is admitted, after what public access block and ownership neutralise",
        public_grants,
    ),
    Derived::new(
        "blocked",
        &["bucket"],
        "bool",
        "the public access block of the bucket or account is complete",
        blocked,
    ),
    Derived::new(
        "receives_logs",
        &["bucket"],
        "bool",
        "trail, flow, WAF or access logs are written to it",
        receives_logs,
    ),
    Derived::new(
        "retained",
        &["bucket"],
        "bool",
        "Object Lock, or versioning with a lifecycle rule",
        retained,
    ),
];

/// The flags of a public access block.
const BLOCKS: &[&str] =
    &["block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets"];

/// Keys of conditions that limit who is admitted. `aws:Referer` and `aws:SecureTransport` do not.
const LIMITS: &[&str] = &[
    "aws:SourceIp",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:VpcSourceIp",
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:SourceOrgID",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:userid",
    "aws:username",
    "AWS:SourceArn",
    "s3:DataAccessPointArn",
    "s3:DataAccessPointAccount",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

/// Whether a flag holds for a bucket, by itself or for its whole account.
fn block(v: &View<'_>, bucket: ResId, flag: &str) -> Truth {
    v.flag(bucket, flag).or(|| v.every("account_public_access_block").any(|a| v.flag(*a, flag)))
}

fn limited(v: &View<'_>, s: &Statement) -> Truth {
    v.records(s, "conditions").any(|c| {
        let key = match v.text(c, "key") {
            Ok(k) => k.is_some_and(|k| LIMITS.iter().any(|l| l.eq_ignore_ascii_case(&k))).into(),
            Err(why) => Truth::Unknown(why),
        };
        let positive = || match v.text(c, "operator") {
            Ok(op) => (!op.is_some_and(|op| op.contains("Not") || op.contains("Null"))).into(),
            Err(why) => Truth::Unknown(why),
        };
        let everywhere = || v.texts(c, "values").any(|t| ["0.0.0.0/0", "::/0", "*"].contains(&&**t).into());
        key.and(positive).and(|| !everywhere())
    })
}

fn public_grants(v: &View<'_>, bucket: ResId) -> Known<Answer> {
    let mut found = Found::default();
    // the flags that block refuse new grants and leave in force what is there
    let acls_count =
        !block(v, bucket, "ignore_public_acls").or(|| v.says(bucket, "ownership", "BucketOwnerEnforced"));
    if !acls_count.is_false() {
        for (acl, who) in [
            ("public-read", "ACL public-read"),
            ("public-read-write", "ACL public-read-write"),
            ("authenticated-read", "ACL authenticated-read"),
        ] {
            let sure = acls_count.clone().and(|| v.says(bucket, "acl", acl));
            found.add(&sure, Val::text(who), vec![v.step_at(bucket, who, v.place_of(bucket, "acl"))]);
        }
        let grants = v.records(bucket, "grants");
        found.maybe_more(grants.more.as_ref());
        for g in &grants.items {
            for (group, who) in
                [("AllUsers", "grant to everybody"), ("AuthenticatedUsers", "grant to every AWS account")]
            {
                let sure = match v.text(&g.val, "grantee") {
                    Ok(t) => t.is_some_and(|t| t.ends_with(group)).into(),
                    Err(why) => Truth::Unknown(why),
                };
                let sure = acls_count.clone().and(|| g.present.clone()).and(|| sure);
                found.add(&sure, Val::text(who), vec![v.step_at(bucket, who, g.place)]);
            }
        }
    }
    let policy_counts = !block(v, bucket, "restrict_public_buckets");
    if policy_counts.is_false() {
        return found.answer();
    }
    let statements = v.records(bucket, "policy");
    if let Some(why) = &statements.more {
        found.more(why);
    }
    for s in &statements.items {
        let anyone = v
            .texts(&s.val, "principals")
            .any(|p| (&**p == "*" || &**p == "AWS:*").into())
            .or(|| v.texts(&s.val, "not_principals").some());
        let sure = policy_counts
            .clone()
            .and(|| s.present.clone())
            .and(|| allows(v, &s.val))
            .and(|| anyone)
            .and(|| !limited(v, &s.val));
        let sid = v.text(&s.val, "sid").ok().flatten();
        let who = sid.map_or_else(|| "policy statement".to_owned(), |sid| format!("policy statement {sid}"));
        found.add(
            &sure,
            Val::text(who.clone()),
            vec![v.step_at(bucket, format!("{who} admits anyone"), s.place)],
        );
    }
    found.answer()
}

fn blocked(v: &View<'_>, bucket: ResId) -> Known<Answer> {
    BLOCKS
        .iter()
        .fold(Proof::from(true), |proof, flag| {
            proof.and(|| {
                let place = v.place_of(bucket, flag);
                let on = block(v, bucket, flag);
                let said = if on.is_false() { format!("{flag} is off") } else { format!("{flag} is on") };
                Proof::new(on, vec![v.step_at(bucket, said, place)])
            })
        })
        .answer()
}

fn receives_logs(v: &View<'_>, bucket: ResId) -> Known<Answer> {
    let kinds = [
        ("trails", "trail"),
        ("flow_logs", "flow log"),
        ("load_balancers_logging", "access log of a load balancer"),
        ("buckets_logging", "access log of a bucket"),
        ("distributions_logging", "access log of a distribution"),
        ("web_acls_logging", "WAF log"),
    ];
    kinds
        .iter()
        .fold(Proof::from(false), |proof, (attr, said)| {
            proof.or(|| v.refs(bucket, attr).prove_any(|e| Proof::new(true, vec![v.step(e.val, *said)])))
        })
        .answer()
}

fn retained(v: &View<'_>, bucket: ResId) -> Known<Answer> {
    let lock = Proof::new(
        v.flag(bucket, "object_lock"),
        vec![v.step_at(bucket, "Object Lock", v.place_of(bucket, "object_lock"))],
    );
    let rule = || v.records(bucket, "lifecycle").any(|r| v.flag(r, "enabled"));
    let versions = || {
        let kept = v.says(bucket, "versioning", "Enabled").and(rule);
        Proof::new(
            kept,
            vec![v.step_at(bucket, "versioning and a lifecycle rule", v.place_of(bucket, "versioning"))],
        )
    };
    lock.or(versions).answer()
}
