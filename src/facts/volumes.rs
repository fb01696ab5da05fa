//! Encryption of volumes: stated, or left to the region's default.

use super::Derived;
use super::items::{Found, Known};
use super::view::View;
use crate::base::text::Text;
use crate::model::read::Answer;
use crate::model::truth::Truth;
use crate::model::value::{ResId, Val};
use crate::model::why::{Cause, Reasons};

pub(super) const FACTS: &[Derived] = &[
    Derived::new(
        "unencrypted_volumes",
        &["block_storage"],
        "texts",
        "its volumes that are not encrypted: so stated, or by a default in view that is off",
        |v, res| volumes(v, res, Ask::Unencrypted),
    ),
    Derived::new(
        "undecided_volumes",
        &["block_storage"],
        "texts",
        "empty if every volume says whether it is encrypted; else unknown, for the region's default is not in view",
        |v, res| volumes(v, res, Ask::Undecided),
    ),
    Derived::new("states_volumes", &["block_storage"], "bool", "it says something of volumes", states),
];

#[derive(Clone, Copy)]
enum Ask {
    Unencrypted,
    Undecided,
}

/// What the region's default does to a volume that leaves encryption out.
enum Fallback {
    /// Nothing in view tells.
    Hidden,
    /// Told: whether the volume is encrypted.
    Told(Truth),
}

fn volumes(v: &View<'_>, res: ResId, ask: Ask) -> Known<Answer> {
    let mut found = Found::default();
    let mut add = |encrypted: Val, name: &str, place_of: &str| {
        let (bad, undecided) = match encrypted {
            Val::Bool(on) => (Truth::from(!on), Truth::False),
            Val::Unknown(why) => (Truth::Unknown(why.clone()), Truth::Unknown(why)),
            _ => match fallback(v, res) {
                Fallback::Told(on) => (!on, Truth::False),
                Fallback::Hidden => {
                    let what: Text = "the region's default for EBS encryption".into();
                    let why = Reasons::one(what.clone(), Cause::NotInView(what));
                    (Truth::False, Truth::Unknown(why))
                }
            },
        };
        let belongs = match ask {
            Ask::Unencrypted => bad,
            Ask::Undecided => undecided,
        };
        let said = match ask {
            Ask::Unencrypted => "not encrypted",
            Ask::Undecided => "does not say whether it is encrypted",
        };
        let step = v.step_at(res, format!("{name}: {said}"), v.place_of(res, place_of));
        found.add(&belongs, Val::text(name), vec![step]);
    };
    match v.kind_name(res) {
        "ebs_volume" => add(v.val(res, "encrypted"), "the volume", "encrypted"),
        "ebs_default_encryption" => add(v.val(res, "enabled"), "new volumes of the region", "enabled"),
        _ if resources_of_their_own(v, res) => {}
        _ => {
            let stated = v.records(res, "volumes");
            for (i, volume) in stated.items.iter().enumerate() {
                let device = v.text(&volume.val, "device").ok().flatten();
                let nth = || if i == 0 { "root volume".into() } else { format!("volume {}", i + 1).into() };
                let name = device.unwrap_or_else(nth);
                match &volume.present {
                    Truth::Unknown(why) => add(Val::Unknown(why.clone()), &name, "volumes"),
                    _ => add(v.val(&volume.val, "encrypted"), &name, "volumes"),
                }
            }
            found.maybe_more(stated.more.as_ref());
        }
    }
    found.answer()
}

/// Whether each volume of a running instance is in view as a resource, and judged there.
fn resources_of_their_own(v: &View<'_>, res: ResId) -> bool {
    if !v.is(res, "instance") {
        return false;
    }
    let attached = v.refs(res, "attached_volumes").items.iter().filter(|e| e.present.is_true()).count();
    attached > 0 && attached >= v.records(res, "volumes").items.len()
}

fn fallback(v: &View<'_>, res: ResId) -> Fallback {
    let own = v.text(res, "region").ok().flatten();
    let mut told: Option<Truth> = None;
    for default in v.every("ebs_default_encryption").items {
        let region = v.text(default.val, "region").ok().flatten();
        // of regions that are both known, only the same one counts
        let elsewhere = matches!((&own, &region), (Some(a), Some(b)) if a != b);
        if !elsewhere {
            let on = default.present.and(|| v.flag(default.val, "enabled"));
            told = Some(told.map_or(on.clone(), |t| t.and(|| on)));
        }
    }
    told.map_or(Fallback::Hidden, Fallback::Told)
}

fn states(v: &View<'_>, res: ResId) -> Known<Answer> {
    let some = match v.kind_name(res) {
        "ebs_volume" | "ebs_default_encryption" => Truth::True,
        _ if resources_of_their_own(v, res) => Truth::False,
        _ => v.records(res, "volumes").some(),
    };
    super::items::Proof::from(some).answer()
}
